package ledgersim

import (
	"errors"
	"net/http"
	"os"
	"testing"
	"time"
)

// Needs a server at SIMULATOR_URL.
func TestSpace(t *testing.T) {
	address := os.Getenv("SIMULATOR_URL")
	if address == "" {
		t.Skip("SIMULATOR_URL is not set")
	}
	server := &Server{URL: address}
	must(t, server.Ready(30*time.Second))
	space, err := server.Space("go")
	must(t, err)
	defer func() { must(t, space.Delete()) }()

	must(t, space.Freeze(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)))
	events, err := space.Advance("P1M")
	must(t, err)
	if len(events) == 0 || events[0].Event == "" {
		t.Errorf("events: %v", events)
	}
	now, err := space.Now()
	must(t, err)
	if !now.Equal(time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("now: %v", now)
	}

	must(t, space.Fault(map[string]any{
		"kind": "status", "status": 429, "times": 1, "match": Match{Operation: "aptic.debtors.list"},
	}))
	for _, expected := range []int{429, 200} {
		if status := list(t, space); status != expected {
			t.Errorf("status %d, expected %d", status, expected)
		}
	}
	must(t, space.ClearFaults())
	must(t, space.Verify(Match{Operation: "aptic.debtors.list"}, 2))
	if err := space.Verify(Match{Operation: "aptic.cases.create"}, 1); err == nil {
		t.Error("Verify must fail")
	}
	must(t, space.Fixtures("aptic: {clients: [{referenceCode: MINE, fullName: Mitt Bolag AB}]}"))
	must(t, space.Snapshot("one"))
	must(t, space.Restore("one"))
	must(t, space.Reset())

	_, err = server.Space("no/name")
	var rejected *Error
	if !errors.As(err, &rejected) || rejected.Status != 400 {
		t.Errorf("a bad name: %v", err)
	}
}

func list(t *testing.T, space *Space) int {
	request, err := http.NewRequest("GET", space.Vendors["aptic"]+"/v1/Debtors?%24top=1", nil)
	must(t, err)
	request.Header.Set("Authorization", "Bearer any")
	response, err := http.DefaultClient.Do(request)
	must(t, err)
	response.Body.Close()
	return response.StatusCode
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
