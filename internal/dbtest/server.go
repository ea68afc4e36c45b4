package dbtest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// server is a private server with a directory of its own.
type server struct {
	dsn, dir string
	as       *syscall.SysProcAttr
	// command starts the server; quit is the signal that ends it at once.
	command []string
	quit    syscall.Signal

	process *exec.Cmd
	// ended is closed when the process has ended.
	ended chan struct{}
	// leash is the standard input of the watchdog.
	leash    io.WriteCloser
	watchdog *exec.Cmd
}

// watchdog cleans up when the process of the tests has ended, in whatever way: its standard input ends then. Each line
// of it is the process id of the server; its arguments are the signal and the directory.
const watchdog = `
while read -r line; do pid=$line; done
if [ -n "$pid" ]; then
  kill -s "$1" "$pid"
  while kill -s 0 "$pid"; do sleep 0.1; done
fi
rm -rf "$2"
`

// prepare makes the directory of a server, which the user runs when the tests run as root, and chooses its port.
func prepare(user string) (s *server, port int, err error) {
	if port, err = freePort(); err != nil {
		return nil, 0, err
	}
	s = &server{}
	s.dir, s.as, err = unprivileged(user, "nobody")
	return s, port, err
}

// launch makes the data directory with a program, and starts the server for the first time.
func (s *server) launch(install ...string) error {
	s.watchdog = exec.Command("/bin/sh", "-c", watchdog, "watchdog", strconv.Itoa(int(s.quit)), s.dir)
	s.watchdog.SysProcAttr = s.as
	var err error
	if s.leash, err = s.watchdog.StdinPipe(); err != nil {
		return err
	}
	if err := s.watchdog.Start(); err != nil {
		return err
	}
	err = s.run(install...)
	if err == nil {
		err = s.start()
	}
	if err != nil {
		s.stop()
	}
	return err
}

// run runs a program to its end, as the user who runs the server.
func (s *server) run(command ...string) error {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Dir, cmd.SysProcAttr = s.dir, s.as
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", command[0], err, output)
	}
	return nil
}

// start starts the process.
func (s *server) start() error {
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the process has its own handle
	process := exec.Command(s.command[0], s.command[1:]...)
	process.Dir, process.Stdout, process.Stderr, process.SysProcAttr = s.dir, log, log, s.as
	if err := process.Start(); err != nil {
		return err
	}
	s.process, s.ended = process, make(chan struct{})
	go func(ended chan struct{}) {
		_ = process.Wait() // how it has ended is in its log
		close(ended)
	}(s.ended)
	_, err = fmt.Fprintln(s.leash, process.Process.Pid)
	return err
}

// end ends the process with a signal.
func (s *server) end(signal syscall.Signal) {
	_ = s.process.Process.Signal(signal) // it may have ended by itself
	<-s.ended
}

// killAll ends the process and those that it has started at the same moment, in whatever they are doing. It is stopped before
// they are counted, so that it cannot start another one.
func (s *server) killAll() error {
	_ = s.process.Process.Signal(syscall.SIGSTOP) // it may have ended by itself
	children, err := childrenOf(s.process.Process.Pid)
	for _, pid := range children {
		_ = syscall.Kill(pid, syscall.SIGKILL) // as above
	}
	s.end(syscall.SIGKILL)
	return err
}

// childrenOf lists the processes that a process has started and that have not ended.
func childrenOf(parent int) ([]int, error) {
	output, err := exec.Command("ps", "-A", "-o", "pid=,ppid=").Output()
	if err != nil {
		return nil, fmt.Errorf("list the processes: %w", err)
	}
	var children []int
	for line := range strings.Lines(string(output)) {
		var pid, of int
		if _, err := fmt.Sscan(line, &pid, &of); err != nil {
			return nil, fmt.Errorf("list the processes: %q: %w", line, err)
		}
		if of == parent {
			children = append(children, pid)
		}
	}
	return children, nil
}

// stop ends the server and removes its directory.
func (s *server) stop() {
	if s.process != nil {
		s.end(s.quit)
	}
	// The lines and the end of the input cannot be lost, and the watchdog's own end says nothing new.
	_, _ = fmt.Fprintln(s.leash)
	_ = s.leash.Close()
	_ = s.watchdog.Wait()
}

// log returns what the server has written last.
func (s *server) log() string {
	const enough = 4000
	text, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(text[max(0, len(text)-enough):])
}

// unprivileged returns how to start a process that is not root, and a new directory that it owns. Servers refuse to run as
// root; then one of the users is taken. The process has its own group, so that an interrupt at the terminal of the tests
// leaves it time to clean up.
func unprivileged(users ...string) (dir string, as *syscall.SysProcAttr, err error) {
	as = &syscall.SysProcAttr{Setpgid: true}
	if dir, err = os.MkdirTemp("", "vf-dbtest-"); err != nil || os.Getuid() != 0 {
		return dir, as, err
	}
	for _, name := range users {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.Atoi(u.Uid)
		gid, err2 := strconv.Atoi(u.Gid)
		if err := errors.Join(err1, err2, os.Chown(dir, uid, gid)); err != nil {
			return dir, as, err
		}
		as.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return dir, as, nil
	}
	return dir, as, fmt.Errorf("the tests run as root, and none of the users %q exists", users)
}

// program finds an installed program in the path or in one of the directories, whose names may hold wildcards.
func program(name string, directories ...string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, directory := range directories {
		found, err := filepath.Glob(filepath.Join(directory, name))
		if err == nil && len(found) > 0 {
			return found[len(found)-1], nil // the newest version
		}
	}
	return "", fmt.Errorf("%s is not installed", name)
}

// freePort returns a port of the loopback interface that nobody listens on.
func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return listener.Addr().(*net.TCPAddr).Port, listener.Close()
}
