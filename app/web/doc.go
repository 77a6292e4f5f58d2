// Package web answers the browser: a guard that lets nobody through who is not signed in, and behind it the pages. A
// handler parses, calls one use case and renders; reading pages hold the store's Reader and cannot write.
package web
