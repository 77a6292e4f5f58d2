package views

import (
	"psabridge/app"
	"psabridge/app/link"
)

// helpTrouble are the topics people come for when something is not as they expect.
func helpTrouble() []HelpTopic {
	all := []HelpTopic{
		{
			ID: "no-ticket", Title: "Why is there no ticket?", Page: to("Find the organization", link.Organizations),
			About: "Every event says what became of it and why. Three clicks: *Organizations*, the organization, the row in its *Activity*.",
			Do: []helpDo{
				{"Find the event", "In the organization’s *Activity*, by who, on what, type and date. Its row says what became of it; open it for the whole story.", toTop("Activity", link.Activity)},
				{"Look for a delivery", "If a ticket was decided but is not in ConnectWise, its delivery says where it is.", to("Deliveries", link.Deliveries)},
				{"Try it", "*make one* beside *no alert wants it* starts an alert for that event; *Rehearse* tries it on what happened.", toTop("Alerts", link.Alerts)},
			},
			More: []helpPart{{title: "What the row says, and what to do", table: reasonRows}},
			Wrong: []helpWrong{
				{"The event itself is missing", "It was not read: see the source. What goes down and comes back between two readings is not seen.", to("Sources", link.Sources)},
			},
			Also: []string{"alerts", "needs-you", "mapping"},
		},
		{
			ID: "needs-you", Title: "A ticket that needs you", Page: to("Open what needs you", link.With(link.Deliveries, "state", string(app.DeliveryParked))),
			About: "ConnectWise refused something, and trying again would not help: it waits for you, as long as it takes. Its own words stand with it.",
			Do: []helpDo{
				{"Press the button of the banner", "It leads to the field that mends it, with the nearest choice proposed. Saving tries everything again that waits for the same.", nil},
				{"Retry", "*Retry now* for one, *Retry … like this* for all that stand as this one does. Use it after mending something in ConnectWise.", nil},
				{"Link it", "If the ticket exists already, *Link to an existing ticket…* with its number. Nothing is opened then.", nil},
			},
			More: []helpPart{{title: "Give up", says: []string{"*Give up…* with a reason ends a delivery for good. It stays in the list with who did it and why."}}},
			Wrong: []helpWrong{
				{"The organization has no company", "Match it; what waits for that goes out by itself.", to("Mapping", link.Mapping)},
				{"The board, status or type is gone", "Choose another one in the ticketing settings, or in the alert that names it.", toConnection("Ticketing", "ticketing")},
				{"A right is missing", "Copy the role table from the check, tick it in ConnectWise, then retry.", toHelp("The least rights", "connectwise")},
				{"ConnectWise has this ticket more than once", "Keep the one the page calls ours, close the other in ConnectWise, then retry.", nil},
			},
			Also: []string{"deliveries", "connectwise", "tickets"},
		},
		{
			ID: "holds", Title: "What holds a line", Page: to("Open Billing", link.Billing),
			About: "A held line is not written until a person has decided. The rest of the month is pushed all the same. These are all the reasons there are.",
			Do: []helpDo{
				{"Release", "Write what was counted. It holds for an unchanged preview; when the number changes you are asked again.", nil},
				{"Correct", "Write another number, with a note that stays with the line.", nil},
				{"Skip", "Leave the line as it is in ConnectWise this time.", nil},
			},
			More: []helpPart{
				{title: "Every reason", holds: true},
				{title: "In a terminal", says: []string{
					"`psabridge billing plan` numbers the lines; `psabridge billing release`, `psabridge billing correct` and `psabridge billing skip` take those numbers.",
					"`psabridge billing push --yes` pushes what is planned now. It never releases a held line.",
				}},
			},
			Also: []string{"billing", "overrides", "mapping"},
		},
	}
	return grouped("When something is wrong", all)
}

// reasonHelp says what to do about a decision that led to no ticket.
type reasonHelp struct {
	reason app.Reason
	out    string
}

// reasonHelps are the decisions after which people ask for a ticket. The words for each are the activity's own.
var reasonHelps = []reasonHelp{
	{app.ReasonNoRule, "Make an alert for it, or leave it collected."},
	{app.ReasonNotMapped, "Match the organization to a company. What still holds then opens its ticket."},
	{app.ReasonTicketingOff, "Turn on *Ticketing Enabled* on the connection."},
	{app.ReasonNotViaPSA, "Tick *PSA System* under Via in that alert, or move another one above it."},
	{app.ReasonHistory, "Nothing: what was before the start opens no ticket. The next one will."},
	{app.ReasonWaiting, "Wait: it opens when it lasts as long as the alert says."},
	{app.ReasonMuted, "Wait for the end of the window, or end the quiet on the *Alerts* tab. What still holds opens then."},
	{app.ReasonRecovered, "Nothing: it was over before ConnectWise was told."},
	{app.ReasonStayQuiet, "*End the quiet* on the condition’s page, if a ticket is wanted after all."},
	{app.ReasonAcknowledged, "It opens on the date given if it still holds. *End the quiet* does it now."},
	{app.ReasonFlood, "Answer the question on the Overview: more tickets at once than you want opened unasked."},
	{app.ReasonRepeated, "It has its ticket already; the repeat is counted there."},
	{app.ReasonJoined, "It has its ticket already, together with others."},
	{app.ReasonStale, "Nothing: a newer state of the same thing is known."},
	{app.ReasonNothingOpen, "Nothing: it recovered, and there was no ticket to close."},
	{app.ReasonSourceRemoved, "Connect the source again, if it is still yours."},
}

func reasonRows() helpRows {
	out := helpRows{caption: "Why there is no ticket", heads: []string{"It says", "What to do"}}
	for _, r := range reasonHelps {
		out.rows = append(out.rows, []string{sentence(ReasonWords(r.reason)), r.out})
	}
	return out
}
