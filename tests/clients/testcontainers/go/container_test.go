package test

import (
	"context"
	"os"
	"reflect"
	"testing"

	"example.com/ledgersim/ledgersimcontainer"
	"github.com/testcontainers/testcontainers-go"
	"github.com/testcontainers/testcontainers-go/wait"
)

func TestContainer(t *testing.T) {
	ctx := context.Background()
	container, err := ledgersimcontainer.Run(ctx, ledgersimcontainer.Image,
		ledgersimcontainer.WithFixtures("mine.yaml"), ledgersimcontainer.WithClock("2026-03-01"),
		ledgersimcontainer.WithSetting("max-spaces", "5"), ledgersimcontainer.WithSetting("admin-token", "secret"))
	if err != nil {
		t.Fatal(err)
	}
	same(t, container.Container.(*testcontainers.DockerContainer).Request.ContainerRequest, testcontainers.ContainerRequest{
		Image:        ledgersimcontainer.Image,
		ExposedPorts: []string{"8080/tcp"},
		Env: map[string]string{
			"LEDGERSIM_FIXTURES": "/fixtures.yaml", "LEDGERSIM_AS_OF": "2026-03-01", "LEDGERSIM_MAX_SPACES": "5",
			"LEDGERSIM_ADMIN_TOKEN": "secret",
		},
		Files: []testcontainers.ContainerFile{
			{HostFilePath: "mine.yaml", ContainerFilePath: "/fixtures.yaml", FileMode: 0o644},
		},
		WaitingFor: []wait.Strategy{&wait.HTTPStrategy{Path: "/_sim/health/ready", Port: "8080/tcp"}},
	})
	same(t, container.Token, "secret")

	same(t, container.Aptic(""), os.Getenv("SIMULATOR_URL")+"/APIGW")
	space, err := container.Space("")
	if err != nil {
		t.Fatal(err)
	}
	same(t, container.Aptic(space.Name), space.Vendors["aptic"])
	if err := space.Delete(); err != nil {
		t.Fatal(err)
	}
	if err := container.Terminate(ctx); err != nil {
		t.Fatal(err)
	}
}

func same(t *testing.T, found, expected any) {
	t.Helper()
	if !reflect.DeepEqual(found, expected) {
		t.Errorf("%v, expected %v", found, expected)
	}
}
