package api

import (
	"context"
	"net/http"
	"reflect"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"psabridge/app"
)

// TestTicket is how far the test ticket of a connection is.
type TestTicket struct {
	DeliveryID ID         `json:"delivery_id"`
	State      string     `json:"state" enum:"waiting,sending,checking,done,parked,dropped"`
	Number     *int64     `json:"ticket_number" doc:"null before ConnectWise has it"`
	URL        *string    `json:"ticket_url"`
	Message    string     `json:"message" doc:"what it shows, or what stands in its way"`
	Steps      []TestStep `json:"steps" nullable:"false"`
}

// TestStep is one step of a test ticket.
type TestStep struct {
	Step  string     `json:"step" enum:"create,note,close,read_back"`
	State string     `json:"state" enum:"todo,doing,done,failed"`
	At    *time.Time `json:"at" doc:"when it was known to be done"`
}

func testSteps(p app.TestProgress) []TestStep {
	out := make([]TestStep, len(p.Steps))
	for i, s := range p.Steps {
		out[i] = TestStep{Step: string(s.Step), State: string(s.State), At: timeOrNil(s.At)}
	}
	return out
}

type testTicketInput struct {
	Waiting
	Name string `path:"name" maxLength:"64"`
	Body *struct {
		CompanyID int64 `json:"company_id,omitempty" minimum:"1" doc:"ConnectWise company; left out: the one your own organization is mapped to"`
	}
}

type testTicketOutput struct {
	Status int
	Body   TestTicket
}

// registerTestTicket registers a call that answers 200 when the test is over and 202 while it goes on, with the same body.
func (s *server) registerTestTicket(a huma.API) {
	op := operation(http.MethodPost, "/connections/{name}/test-ticket", "Open one marked test ticket: created, noted, closed and read back; nobody is mailed")
	schema := a.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[TestTicket](), true, "TestTicket")
	op.Responses = map[string]*huma.Response{
		"200": jsonResponse("It is over: done, parked or dropped", schema),
		"202": jsonResponse("It goes on; ask GET /deliveries/{id}", schema),
	}
	huma.Register(a, op, s.testTicket)
}

func (s *server) testTicket(ctx context.Context, in *testTicketInput) (*testTicketOutput, error) {
	company := int64(0)
	if in.Body != nil {
		company = in.Body.CompanyID
	}
	delivery, err := s.TestTickets.StartTest(ctx, in.Name, company, caller)
	if err != nil {
		return nil, s.fail(err)
	}
	row, p, err := s.awaitTest(ctx, delivery, in.Wait.duration())
	if err != nil {
		return nil, s.fail(err)
	}
	out := &testTicketOutput{Status: http.StatusAccepted, Body: TestTicket{
		DeliveryID: id(row.ID), State: string(row.State), Number: remoteOrNil(p.Number), Message: row.Reason, Steps: testSteps(p),
	}}
	if over(row.State) {
		out.Status = http.StatusOK
	}
	if p.Number != 0 {
		out.Body.URL = textOrNil(s.TicketURL(ctx, row.Connection, p.Number))
	}
	return out, nil
}

// testPace is how often a test that is waited for is looked at.
const testPace = 200 * time.Millisecond

// awaitTest returns a test as soon as it is over, or as it stands after so long. Keys that are refused are not waited out:
// nothing moves before a person mends them.
func (s *server) awaitTest(ctx context.Context, delivery int64, most time.Duration) (app.DeliveryRow, app.TestProgress, error) {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	tick := time.NewTicker(testPace)
	defer tick.Stop()
	for {
		row, p, err := s.TestTickets.TestProgress(context.WithoutCancel(ctx), delivery)
		if err != nil || over(row.State) || row.ErrorCode == app.Unauthorized || ctx.Err() != nil {
			return row, p, err
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
}

// over reports whether nothing more happens by itself.
func over(s app.DeliveryState) bool {
	return s == app.DeliveryDone || s == app.DeliveryParked || s == app.DeliveryDropped
}
