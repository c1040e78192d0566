package content

// State says what a page's record is worth.
type State int

const (
	NoLab  State = iota // not a lab
	None                // a lab without a record that can be used
	Stale               // the page or the machine has changed since the record was written
	Fresh               // verified as it is now, or with other expected output that matches what was printed
	Failed              // the last run failed; only previews know it
)

func (s State) String() string {
	return [...]string{"no lab", "none", "stale", "fresh", "failed"}[s]
}

// A Cause is the reason why a lab is not fresh.
type Cause int

const (
	NoCause        Cause = iota // fresh, or not known
	NeverVerified               // there is no record
	RecordUnusable              // there is one that can't be used
	PageChanged                 // what runs, or what is expected, differs from what was verified
	MachineChanged              // only the machine's image differs
	RunFailed                   // the last run failed
	NotRun                      // the last run could not begin, or its machine failed
)

// A Status is what the record of one page is worth.
type Status struct {
	State  State
	Cause  Cause  // why the lab is not fresh
	Detail string // of RecordUnusable, RunFailed and NotRun: the error
	Digest string // of the lab's plan
}

// Freshness maps the path of each lab of a site to its status.
type Freshness map[string]Status

// Of returns the status of a page. A lab that is not in the map counts as one
// without a record.
func (f Freshness) Of(p *Page) Status {
	if p.Lab == nil {
		return Status{}
	}
	if s, ok := f[p.Path]; ok {
		return s
	}
	return Status{State: None}
}

// Message says why the lab is not fresh, in the form of an error message: "the lab
// has changed since it was verified". It is empty if that is not known.
func (s Status) Message() string {
	switch s.Cause {
	case NeverVerified:
		return "the lab has never been verified"
	case RecordUnusable:
		return "the lab's record is " + s.Detail
	case PageChanged:
		return "the lab has changed since it was verified"
	case MachineChanged:
		return "the lab's machine has changed since it was verified"
	case RunFailed:
		return "the lab failed: " + s.Detail
	case NotRun:
		return "the lab could not be run: " + s.Detail
	}
	return ""
}

// Err returns an error that says why the page's lab is not fresh.
func (s Status) Err(p *Page) *Error {
	return &Error{Pos: p.Lab.Pos, Msg: s.Message(), Reason: ReasonNotFresh}
}
