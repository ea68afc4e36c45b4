package dbbench_test

import (
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// slow returns the address of a proxy for a server. What is sent to the server arrives later by a delay, so that every
// round trip takes as much longer; what follows without waiting for an answer is not held up twice.
func slow(b testing.TB, server string, delay time.Duration) string {
	b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(b, err)
	var all sync.WaitGroup
	all.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return // the listener is closed
			}
			upstream, err := net.Dial("tcp", server)
			if err != nil {
				_ = client.Close()
				continue
			}
			all.Go(func() { later(upstream, client, delay) })
			all.Go(func() {
				_, _ = io.Copy(client, upstream) // the end of one direction ends the other
				_ = client.Close()
			})
		}
	})
	b.Cleanup(func() {
		_ = listener.Close()
		all.Wait() // the pool is closed by then
	})
	return listener.Addr().String()
}

// later copies what it reads, each piece after a delay.
func later(to, from net.Conn, delay time.Duration) {
	type piece struct {
		due  time.Time
		data []byte
	}
	pieces := make(chan piece, 1024)
	go func() {
		defer close(pieces)
		for {
			data := make([]byte, 32<<10)
			n, err := from.Read(data)
			pieces <- piece{time.Now().Add(delay), data[:n]}
			if err != nil {
				return
			}
		}
	}()
	for p := range pieces {
		<-time.After(time.Until(p.due))
		if _, err := to.Write(p.data); err != nil {
			_ = from.Close()
		}
	}
	_ = to.Close()
}
