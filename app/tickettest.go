package app

import "time"

// TicketTestScope is the scope key of every test ticket: a connection has at most one that is not over, and no figure
// counts them.
const TicketTestScope = "test"

// TestStep is one step of a test ticket, in the order they are made.
type TestStep string

// The steps of a test ticket. Each but the last is one write, with an intent of its own in the ledger.
const (
	TestCreate   TestStep = "create"
	TestNote     TestStep = "note"
	TestClose    TestStep = "close"
	TestReadBack TestStep = "read_back"
)

// TestSteps are the steps of a test ticket in their order.
var TestSteps = []TestStep{TestCreate, TestNote, TestClose, TestReadBack}

// TestStepState is how far a step is.
type TestStepState string

// The states of a step.
const (
	TestStepTodo   TestStepState = "todo"
	TestStepDoing  TestStepState = "doing" // also while its outcome is looked for, or while it waits to be tried again
	TestStepDone   TestStepState = "done"
	TestStepFailed TestStepState = "failed" // the delivery is parked or was dropped in it
)

// TestProgress is how far a test ticket is.
type TestProgress struct {
	Number int64 // of the ticket at ConnectWise; 0 before it is known
	Steps  []TestStepProgress
}

// TestStepProgress is how far one step of a test ticket is.
type TestStepProgress struct {
	Step  TestStep
	State TestStepState
	At    time.Time // when it was done, as far as the ledger tells; zero before
}

// TestProgressOf tells how far a test ticket is from its delivery and that delivery's ledger lines, oldest first: a step
// is done when its outcome is there, or the intent of a later one, which is only committed when it succeeded.
func TestProgressOf(d Delivery, ledger []LedgerEntry) TestProgress {
	p := TestProgress{Steps: make([]TestStepProgress, len(TestSteps))}
	furthest := -1
	for _, e := range ledger {
		if e.RemoteID != 0 {
			p.Number = e.RemoteID
		}
		for i, step := range TestSteps {
			if !e.IsTestStep(step) {
				continue
			}
			if e.Phase == LedgerOutcome {
				furthest, p.Steps[i].At = max(furthest, i), e.At
				continue
			}
			furthest = max(furthest, i-1)
		}
	}
	if d.State == DeliveryDone {
		furthest = len(TestSteps) - 1
	}
	for i, step := range TestSteps {
		one := &p.Steps[i]
		one.Step = step
		switch {
		case i <= furthest:
			one.State = TestStepDone
		case i > furthest+1:
			one.State = TestStepTodo
		case d.State == DeliveryParked || d.State == DeliveryDropped:
			one.State = TestStepFailed
		case d.Attempt == 0:
			one.State = TestStepTodo
		default:
			one.State = TestStepDoing
		}
	}
	return p
}

// IsTestStep reports whether a ledger line is about this step of a test ticket.
func (e LedgerEntry) IsTestStep(s TestStep) bool { return e.Note == testNotes[s][e.Phase] }

// LedgerNote is what the ledger says of a step of a test ticket.
func (s TestStep) LedgerNote(phase LedgerPhase) string { return testNotes[s][phase] }

var testNotes = map[TestStep]map[LedgerPhase]string{
	TestCreate:   {LedgerIntent: "Test ticket: create.", LedgerOutcome: "Test ticket: created."},
	TestNote:     {LedgerIntent: "Test ticket: note.", LedgerOutcome: "Test ticket: noted."},
	TestClose:    {LedgerIntent: "Test ticket: close.", LedgerOutcome: "Test ticket: closed."},
	TestReadBack: {LedgerIntent: "Test ticket: read back.", LedgerOutcome: "Test ticket: read back."},
}
