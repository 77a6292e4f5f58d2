// Command ask is a browser for the test under Wine: it runs as a Windows program, so that the bridge can see which user's
// process asks, and knows no more than a cookie, a redirect and a token. usage: ask ADDRESS [TOKEN-FILE | THEN-ADDRESS]
package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/cookiejar"
	"os"
	"strings"
)

func main() {
	jar, err := cookiejar.New(nil)
	if err != nil {
		fail(err)
	}
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		_, port, err := net.SplitHostPort(address) // *.localhost is this machine, as in every browser
		if err != nil {
			return nil, err
		}
		return new(net.Dialer).DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
	}
	c := &http.Client{Jar: jar, Transport: &http.Transport{DialContext: dial}}
	second := ""
	if len(os.Args) > 2 {
		second = os.Args[2]
	}
	if !strings.HasPrefix(second, "http://") {
		get(c, os.Args[1], second)
		return
	}
	get(c, os.Args[1], "")
	get(c, second, "")
}

func get(c *http.Client, address, tokenFile string) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, address, nil)
	if err != nil {
		fail(err)
	}
	if tokenFile != "" {
		token, err := os.ReadFile(tokenFile)
		if err != nil {
			fail(err)
		}
		r.Header.Set("Authorization", "Bearer "+strings.TrimSpace(string(token)))
	}
	resp, err := c.Do(r)
	if err != nil {
		fail(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		fail(err)
	}
	fmt.Printf("%s\n%s\n", resp.Status, b)
}

func fail(err error) {
	fmt.Println(err)
	os.Exit(1)
}
