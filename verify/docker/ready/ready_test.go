package ready

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadProcesses(t *testing.T) {
	got := readProcesses(`process 17 S
tcp
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   1: 0100007F:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
   2: 0100007F:0051 0100007F:0052 01 00000000:00000000 00:00000000 00000000     0        0 1 1 0 100 0 0 10 0
  sl  local_address                         remote_address                        st
   0: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A 0
   1: 00000000000000000000000001000000:0052 00000000000000000000000000000000:0000 0A 0
   2: 0000000000000000FFFF00000100007F:0053 00000000000000000000000000000000:0000 0A 0
   3: 000080FE00000000FF005450B9F31A7F:0054 00000000000000000000000000000000:0000 0A 0
udp
   0: 00000000:0035 00000000:0000 07 0
process 18 R
tcp
udp
`)
	want := map[int]process{
		17: {state: "S", listens: []string{"5000/tcp", "443/tcp", "84/tcp", "53/udp"}, local: []string{"80/tcp", "82/tcp", "83/tcp"}},
		18: {state: "R"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(process{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
