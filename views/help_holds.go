package views

import (
	"strings"

	"psabridge/app"
)

// holdHelp explains one reason for which a line is held. Its name is the month's own (HoldTitle), and what may be done with
// it is the billing rules' own (HelpFacts.Can).
type holdHelp struct {
	code  app.HoldCode
	means string
	out   string
	undo  bool // only an undo has it, which leaves the line as it is
}

// holdHelps are all of them, those of a first month first.
var holdHelps = []holdHelp{
	{code: app.HoldFirstTouch, means: "psabridge never wrote this line: it would be made new, or its quantity would be taken over. Each line asks once, also where pushes run by themselves.", out: "Compare the quantity with your agreement, then confirm. *Release* above the lines confirms all that are held for nothing else."},
	{code: app.HoldBigChange, means: "The quantity or the amount would move by more than the limit of the connection.", out: "Open the evidence: it names what was added and removed. Release it when that is right. The limits are in the billing settings of the connection."},
	{code: app.HoldFellToZero, means: "The customer, or one of several on the line, had a quantity and none is counted now, or what is left is rounded to 0.", out: "Release it when the customer stopped using it. If not, look at the source: is everything read?"},
	{code: app.HoldNoPrice, means: "The product has the price 0, so that an invoice would show it for nothing.", out: "Set the price in ConnectWise and make a new preview, or release the line when it is meant to be free."},
	{code: app.HoldIncompleteReading, means: "The usage, or the agreement in ConnectWise, could not be read to the end. An incomplete reading never bills.", out: "Mend the source or the connection and make a new preview. If the number is known, correct the line with a note, or type an override."},
	{code: app.HoldUnitMismatch, means: "The usage comes in another unit than the quantity rule bills, and one cannot be turned into the other.", out: "Change the unit of the quantity rule, or correct the line with a note."},
	{code: app.HoldMethodChanged, means: "The usage is counted in another way, or billed in another unit, than before, so the change may come from the counting.", out: "Compare the evidence of both months, then release."},
	{code: app.HoldWrongPeriod, means: "The reading, of a statement or a file, covers another month than this push bills.", out: "Import the statement of that month, or release the line to bill the one there is."},
	{code: app.HoldNoAgreement, means: "No agreement is chosen, or the chosen one is not in ConnectWise any more.", out: "Choose one on the organization’s *Settings* tab, or untick what is billed. Then make a new preview."},
	{code: app.HoldAgreementInactive, means: "The agreement has ended, or is cancelled or not active.", out: "Extend or reactivate it in ConnectWise, or choose another one. If the customer left, use *Customer left*."},
	{code: app.HoldAgreementNotStarted, means: "The agreement begins later than today.", out: "Wait for its first day, or release the line."},
	{code: app.HoldCycleNotMonthly, means: "The agreement is not billed monthly, so a month’s usage may not be what its invoice should show.", out: "Release it once when that is meant; this agreement asks again only when its cycle changes."},
	{code: app.HoldCompanyInactive, means: "The company is inactive or gone in ConnectWise, or its status could not be read.", out: "Make it active again, map another company, or release; a deleted company cannot be released. When the status cannot be read, the role lacks Table Setup, table Company / Company Status."},
	{code: app.HoldMappingBroken, means: "The mapping contradicts ConnectWise: no company is chosen, the agreement belongs to another company, the Product ID is another product than before, or two meters or two rules share one line.", out: "Set the mapping right, as the line’s own words say, and make a new preview."},
	{code: app.HoldProductNotFound, means: "No Product ID is chosen for the meter, the catalog does not have it, or more than one item has it. Capitals and spaces count.", out: "Choose the Product ID in the billing settings of the connection, or mend the catalog. Then make a new preview."},
	{code: app.HoldProductInactive, means: "The product is inactive in the catalog.", out: "Make it active again, or release the line."},
	{code: app.HoldProductBundle, means: "The product is a bundle, and a bundle cannot be a line of an agreement.", out: "Choose a product of class Agreement, Non-Inventory or Service."},
	{code: app.HoldAmbiguousAddition, means: "The agreement has two open lines of the product, and nothing says which one is meant.", out: "Cancel all but one in ConnectWise and make a new preview."},
	{code: app.HoldAdditionCancelled, means: "The line that was written before is cancelled or gone. A new one is never made in its place.", out: "Reopen it in ConnectWise, or add the line there by hand, and make a new preview. Where there is another open line of the product, release to use that one."},
	{code: app.HoldEditedSince, means: "Somebody changed the quantity in ConnectWise after psabridge wrote it. Or somebody corrected or skipped the line in an earlier preview of the month, and it is not the same any more.", out: "Ask who and why. Release to write what was counted, correct it with a note, or skip it."},
	{code: app.HoldRestored, means: "psabridge was put back from a backup, and this month may have been pushed after the backup was made: it does not remember.", out: "Compare the line with ConnectWise. Release to write what was counted, correct it with a note, or skip it. Months after the restore do not ask."},
	{code: app.HoldOverlap, means: "Two mappings may bill the same usage twice, such as an organization with everything below it and one of those below.", out: "Untick one of them. Release the line when they really are different."},
	{code: app.HoldShareLeft, means: "An organization left this line or came to it from another, so that both change together.", out: "Release one; the line it belongs with is released too."},
	{code: app.HoldUnmatchedBelow, means: "A first write would lower the quantity, which may have counted an unmatched organization below.", out: "Match or ignore that one, or release."},
	{code: app.HoldOrganizationGone, means: "The source does not show the organization any more, so it counts 0 here.", out: "If the customer left, use *Customer left*, or release the line. If not, look at the source and its sign-in."},
	{code: app.HoldAlreadyInvoiced, means: "The invoice was made after the push that would be undone.", out: "Correct the invoice in ConnectWise with a credit.", undo: true},
}

// canWords says what a person may do with a line that this holds.
func canWords(h holdHelp, can HelpCan) string {
	if h.undo {
		return "Nothing: an undo leaves it as it is"
	}
	var ways []string
	if can.Release {
		ways = append(ways, "Release")
	}
	if can.Correct {
		ways = append(ways, "Correct")
	}
	ways = append(ways, "Skip")
	if !can.Release {
		return "Mend it, or: " + strings.Join(ways, ", ")
	}
	return strings.Join(ways, ", ")
}

// HoldCodes are the reasons the help explains, in its order.
func HoldCodes() (out []app.HoldCode) {
	for _, h := range holdHelps {
		out = append(out, h.code)
	}
	return out
}
