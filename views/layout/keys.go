package layout

// key is one line of the list of keys. What it does is done by static/js/keys.js.
type key struct {
	names []string
	does  string
}

var keyList = []key{
	{[]string{"Ctrl K", "/"}, "Search"},
	{[]string{"g", "h", "o", "b", "t", "d", "s"}, "One after the other: go to Overview, Organizations, Billing, Tickets, Deliveries, Sources"},
	{[]string{"j", "k"}, "Next and previous row"},
	{[]string{"Enter"}, "Open the row"},
	{[]string{"e"}, "Open or close what the row folds away, or a branch of the tree"},
	{[]string{"↑", "↓", "←", "→"}, "Move in the tree, open and close its branches"},
	{[]string{"Shift A…"}, "In the tree: type how a name begins, the first letter as a capital"},
	{[]string{"r"}, "Go to the next Retry; Enter does it"},
	{[]string{"p"}, "Preview of the month, on the pages of billing and the Overview"},
	{[]string{"Esc"}, "Close what is open, go back to where you were"},
	{[]string{"?"}, "This list"},
}
