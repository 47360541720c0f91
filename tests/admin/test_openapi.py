"""The list of OpenAPI documents."""

from tests.conftest import Serve


def test_the_documents_are_listed_without_a_token(serve: Serve) -> None:
    api = serve(admin_token="secret")
    documents = api.send("GET", "/s/a/_sim/openapi/", headers={}).json()["documents"]
    assert [one["name"] for one in documents] == ["aptic", "payex", "riverty", "admin"]
    assert documents[0] == {
        "name": "aptic",
        "title": "Aptic API Gateway (simulated)",
        "url": "http://sim.test/s/a/_sim/openapi/aptic.json",
        "codegen_url": "http://sim.test/s/a/_sim/openapi/aptic.codegen.json",
    }
    for one in documents:
        for url, version in ((one["url"], "3.1.0"), (one["codegen_url"], "3.0.3")):
            document = api.send("GET", url, headers={}).json()
            assert (document["openapi"], document["info"]["title"]) == (version, one["title"])
