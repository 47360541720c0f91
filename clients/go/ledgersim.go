// Package ledgersim is a client of the admin API of ledgersim: spaces, clock, faults, recorded requests.
//
// It needs nothing but the standard library. Copy the file into your tests, or require the module.
package ledgersim

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Server is a server that is running at URL. Token is that of --admin-token, or empty.
type Server struct {
	URL   string
	Token string
}

// Error is a call that the admin API rejected.
type Error struct {
	Status int
	Detail string
}

func (e *Error) Error() string { return fmt.Sprintf("%d: %s", e.Status, e.Detail) }

// Space is an isolated copy of the world. Vendors has the base addresses by name, such as Vendors["aptic"].
type Space struct {
	Name    string
	Vendors map[string]string
	admin   string
	server  *Server
}

// Event is something that a scheduled job did.
type Event struct {
	At    string `json:"at"`
	Event string `json:"event"`
}

// Match selects recorded requests; empty members match all. An asterisk stands for any text.
type Match struct {
	Operation string `json:"operation,omitempty"`
	Method    string `json:"method,omitempty"`
	Path      string `json:"path,omitempty"`
	Problem   string `json:"problem,omitempty"`
	Status    int    `json:"status,omitempty"`
}

// Ready waits until the server is ready.
func (s *Server) Ready(limit time.Duration) error {
	end := time.Now().Add(limit)
	for {
		err := s.call(s.URL+"/_sim", "GET", "/health/ready", nil, nil)
		if err == nil || time.Now().After(end) {
			return err
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// Space creates a space from the seeded world, with a generated name if name is empty. Delete it at the end of the test.
func (s *Server) Space(name string) (*Space, error) {
	var created struct {
		Name    string            `json:"name"`
		Admin   string            `json:"admin"`
		Vendors map[string]string `json:"vendors"`
	}
	wanted := map[string]string{}
	if name != "" {
		wanted["name"] = name
	}
	if err := s.call(s.URL+"/_sim", "POST", "/spaces", wanted, &created); err != nil {
		return nil, err
	}
	return &Space{created.Name, created.Vendors, created.Admin, s}, nil
}

// Admin is any call to the admin API. It encodes body, which may be nil, and decodes into result, which may be nil.
func (s *Space) Admin(method, path string, body, result any) error {
	return s.server.call(s.admin, method, path, body, result)
}

// Delete deletes the space.
func (s *Space) Delete() error { return s.Admin("DELETE", "/spaces/"+s.Name, nil, nil) }

// Reset resets everything to the start of the space.
func (s *Space) Reset() error { return s.Admin("POST", "/reset", nil, nil) }

// Snapshot saves the state under a name.
func (s *Space) Snapshot(name string) error {
	return s.Admin("POST", "/snapshots", map[string]string{"name": name}, nil)
}

// Restore restores a saved state.
func (s *Space) Restore(name string) error {
	return s.Admin("POST", "/snapshots/"+url.PathEscape(name)+"/restore", nil, nil)
}

// Fixtures loads your own customers, debtors, cases and so on, from YAML or JSON.
func (s *Space) Fixtures(yaml string) error { return s.Admin("POST", "/fixtures", yaml, nil) }

// Now is the time of the space's clock.
func (s *Space) Now() (time.Time, error) {
	var clock struct {
		Now time.Time `json:"now"`
	}
	err := s.Admin("GET", "/clock", nil, &clock)
	return clock.Now, err
}

// Freeze freezes the clock, which only moves forward.
func (s *Space) Freeze(at time.Time) error {
	return s.Admin("PUT", "/clock", map[string]any{"mode": "frozen", "now": at}, nil)
}

// Advance moves the clock forward by an ISO 8601 duration such as P1M, and returns the events on the way.
func (s *Space) Advance(by string) ([]Event, error) {
	var moved struct {
		Events []Event `json:"events"`
	}
	err := s.Admin("POST", "/clock/advance", map[string]string{"by": by}, &moved)
	return moved.Events, err
}

// Fault adds a fault, such as {"kind": "status", "status": 429, "match": Match{Operation: "aptic.debtors.list"}}.
func (s *Space) Fault(members map[string]any) error { return s.Admin("POST", "/faults", members, nil) }

// ClearFaults removes all faults.
func (s *Space) ClearFaults() error { return s.Admin("DELETE", "/faults", nil, nil) }

// Verify returns an error with the reason unless this many requests match.
func (s *Space) Verify(match Match, times int) error {
	var result struct {
		OK     bool   `json:"ok"`
		Reason string `json:"reason"`
	}
	body := map[string]any{"match": match, "count": map[string]int{"exactly": times}}
	if err := s.Admin("POST", "/requests/verify", body, &result); err != nil {
		return err
	}
	if !result.OK {
		return fmt.Errorf("%s", result.Reason)
	}
	return nil
}

func (s *Server) call(base, method, path string, body, result any) error {
	var content io.Reader
	switch given := body.(type) {
	case nil:
	case string:
		content = strings.NewReader(given)
	default:
		encoded, err := json.Marshal(given)
		if err != nil {
			return err
		}
		content = bytes.NewReader(encoded)
	}
	request, err := http.NewRequest(method, base+path, content)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	if s.Token != "" {
		request.Header.Set("Authorization", "Bearer "+s.Token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 400 {
		problem := Error{Status: response.StatusCode, Detail: string(answer)}
		_ = json.Unmarshal(answer, &struct {
			Detail *string `json:"detail"`
		}{&problem.Detail})
		return &problem
	}
	if result == nil {
		return nil
	}
	return json.Unmarshal(answer, result)
}
