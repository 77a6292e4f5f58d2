// Package x360sync reads Axcient x360Sync through the Anchor API, version 2 (https://<host>/api/2): organizations,
// machines, accounts, roots and the activity log. It only reads; it never writes at the vendor.
//
// The vendor's reference is http://developer.anchorworks.com/v2/. What that page leaves open is measured at run time
// or answered on the safe side: a list counts as read only when the distinct ids in it equal a total that stood still,
// and what could not be read is named, never taken for nothing.
package x360sync
