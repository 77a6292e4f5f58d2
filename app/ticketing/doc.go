// Package ticketing tells ConnectWise about conditions: it opens tickets, notes, closes and reopens them, and looks
// what people did with them. What to tell is decided by app/alert and stored; this package is what happens when it is
// sent: names become ids, the mapping of that moment counts, and nothing is written twice.
package ticketing
