// Package connect hands out live clients by the names the settings give them.
//
// A client is made when it is first asked for, from the settings and secrets as they are then, and made anew when its
// row of the settings or one of its secrets has changed. What a vendor asked of us outlives that: the limiter of a
// connection stays. Which adapter speaks to which system is said by the factories; this package names none.
package connect
