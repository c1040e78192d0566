package content

import "handbook/content/record"

// What happened when labs ran, under the names by which the rest of the program
// knows it. See package record.
type (
	Record        = record.Record
	Results       = record.Results
	RecordMachine = record.Machine
	RecordFile    = record.File
	Base          = record.Base
	SnippetResult = record.SnippetResult
	CommandResult = record.CommandResult
	Origin        = record.Origin
	Image         = record.Image
	Removal       = record.Removal
	Layer         = record.Layer
	Build         = record.Build
	BuildStep     = record.BuildStep
	Census        = record.Census
	Cleanup       = record.Cleanup
	Left          = record.Left
	LeftKind      = record.LeftKind
	Choice        = record.Choice
)

// Verdicts of a snippet.
const (
	Passed   = record.Passed
	Skipped  = record.Skipped
	Mismatch = record.Mismatch
)

// Why a command's result is not known, or only in part.
const (
	UncheckedProgram = record.UncheckedProgram
	UncheckedParts   = record.UncheckedParts
)

// Kinds of what a lab leaves.
const (
	LeftContainers = record.LeftContainers
	LeftUnnamed    = record.LeftUnnamed
	LeftVolumes    = record.LeftVolumes
	LeftNetworks   = record.LeftNetworks
	LeftImages     = record.LeftImages
	LeftSwarm      = record.LeftSwarm
	LeftBuilders   = record.LeftBuilders
	LeftLogins     = record.LeftLogins
	LeftFiles      = record.LeftFiles
	LeftBases      = record.LeftBases
	LeftDangling   = record.LeftDangling
	LeftAnonymous  = record.LeftAnonymous
	LeftCache      = record.LeftCache
)
