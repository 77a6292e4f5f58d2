package link

// Actions of the money page.
const (
	MoneyLook = "/money/look" // compare a connection's use and bill anew; the form names it (POST)
	MoneyCSV  = "/money.csv"  // GET: everything that was found, as a file
)
