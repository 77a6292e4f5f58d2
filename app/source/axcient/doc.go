// Package axcient reads Axcient x360Cloud through the Axcient public API (https://axapi.axcient.com/x360cloud): client
// organizations, what became of their backups, their users and shared resources. It only reads.
//
// The vendor documents the paths, not what is inside the answers. So nothing here hangs on one spelling: a field is
// looked for under the names of one table (names.go), in any case and with any separators, and a list in any of the
// usual envelopes. What is not found is named and makes what hangs on it incomplete; it is never taken for nothing, and
// never guessed. Metering follows the vendor's own report: a seat is a user that is protected.
package axcient
