package crash_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
)

// cut is where a proxy breaks a connection.
type cut int

const (
	nowhere cut = iota
	// beforeCommit throws the statement away: the server never sees it, and the client cannot know.
	beforeCommit
	// afterCommit breaks off as soon as the statement is sent: the server may see it or not.
	afterCommit
	// afterAnswer lets the server commit and throws its answer away.
	afterAnswer
)

func (c cut) String() string {
	return [...]string{"nowhere", "before COMMIT arrives", "while COMMIT is under way", "between COMMIT and its answer"}[c]
}

// proxy stands between clients and a server. It forwards everything until it is told to cut.
type proxy struct {
	listener         net.Listener
	network, address string // of the server
	// frame reads one message of a client. The first ones of a connection may look different.
	frame func(r *bufio.Reader, started *bool) ([]byte, error)

	mu  sync.Mutex
	cut cut
	// after is the number of commits that pass before the cut.
	after int
	cuts  int
	// open are all sockets, to be closed at the end.
	open    []net.Conn
	running sync.WaitGroup
}

// newProxy starts a proxy in front of the server of a database, for as long as the test runs, and returns the database behind
// it.
func newProxy(t *testing.T, d database) (*proxy, database) {
	t.Helper()
	network, address, err := d.address()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", localAddress)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: listener, network: network, address: address, frame: postgresFrame}
	if d.Kind == mariaDB {
		p.frame = mariaDBFrame
	}
	p.running.Go(p.serve)
	t.Cleanup(p.close)
	d.Via = listener.Addr().String()
	return p, d
}

func (p *proxy) close() {
	_ = p.listener.Close() // serve ends, and with it nothing new is opened
	p.mu.Lock()
	for _, conn := range p.open {
		_ = conn.Close()
	}
	p.mu.Unlock()
	p.running.Wait()
}

// arm cuts a connection at a COMMIT, once, after some have passed.
func (p *proxy) arm(c cut, after int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cut, p.after = c, after
}

// count is how often it has cut.
func (p *proxy) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cuts
}

// commits returns where to cut at this COMMIT.
func (p *proxy) commits() cut {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cut == nowhere {
		return nowhere
	}
	if p.after > 0 {
		p.after--
		return nowhere
	}
	c := p.cut
	p.cut = nowhere
	p.cuts++
	return c
}

func (p *proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return // it is closed
		}
		server, err := net.Dial(p.network, p.address)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mu.Lock()
		p.open = append(p.open, client, server)
		p.mu.Unlock()
		c := &connection{client: client, server: server}
		p.running.Go(c.answer)
		p.running.Go(func() { c.forward(p) })
	}
}

// connection is one connection through a proxy: two sockets.
type connection struct {
	client, server net.Conn
	// mu guards mute, which throws the next answer away and breaks off.
	mu   sync.Mutex
	mute bool
}

func (c *connection) close() {
	_ = c.client.Close()
	_ = c.server.Close()
}

// answer forwards what the server says.
func (c *connection) answer() {
	defer c.close()
	buffer := make([]byte, 32<<10)
	for {
		n, err := c.server.Read(buffer)
		c.mu.Lock()
		mute := c.mute
		c.mu.Unlock()
		if mute || err != nil {
			return
		}
		if _, err := c.client.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// forward forwards what the client says, message by message. A client waits for all answers before it says COMMIT, so
// whatever the server says afterwards is the answer to it.
func (c *connection) forward(p *proxy) {
	messages, started := bufio.NewReader(c.client), false
	for {
		message, err := p.frame(messages, &started)
		if err != nil {
			c.close()
			return
		}
		where := nowhere
		if isCommit(message) {
			where = p.commits()
		}
		if where == beforeCommit {
			c.close()
			return
		}
		if where != nowhere { // a quick server must not answer before the connection is broken off
			c.mu.Lock()
			c.mute = true
			c.mu.Unlock()
		}
		if _, err := c.server.Write(message); err != nil || where == afterCommit {
			c.close()
			return
		}
	}
}

// isCommit recognises COMMIT as a query of its own, with which messages of both protocols end.
func isCommit(message []byte) bool {
	text := bytes.ToLower(bytes.TrimRight(message, "\x00"))
	return bytes.HasSuffix(text, []byte("commit")) && len(text) <= len("Q....commit")
}

const mostBytes = 64 << 20 // of a message

// postgresFrame reads a message of PostgreSQL's protocol 3: a type, a length that counts itself, and a body. The messages
// that start a connection have no type.
func postgresFrame(r *bufio.Reader, started *bool) ([]byte, error) {
	head := 5
	if !*started {
		head = 4
	}
	begin, err := r.Peek(head)
	if err != nil {
		return nil, err
	}
	length := binary.BigEndian.Uint32(begin[head-4:])
	if length < 4 || length > mostBytes {
		return nil, fmt.Errorf("a message of %d bytes", length)
	}
	message := make([]byte, head-4+int(length))
	if _, err := io.ReadFull(r, message); err != nil {
		return nil, err
	}
	if !*started {
		const versionThree = 3
		if len(message) < 8 || binary.BigEndian.Uint16(message[4:]) != versionThree {
			return nil, errors.New("not the start of protocol 3") // a wish to encrypt, or to cancel
		}
		*started = true
	}
	return message, nil
}

// mariaDBFrame reads a packet of the protocol of MySQL: a length of three bytes, a number and a body.
func mariaDBFrame(r *bufio.Reader, _ *bool) ([]byte, error) {
	head, err := r.Peek(4)
	if err != nil {
		return nil, err
	}
	length := int(head[0]) | int(head[1])<<8 | int(head[2])<<16
	message := make([]byte, 4+length)
	_, err = io.ReadFull(r, message)
	return message, err
}
