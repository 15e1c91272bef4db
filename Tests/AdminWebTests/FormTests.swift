import Testing

@testable import AdminWeb

@Suite struct FormTests {
    @Test(arguments: [
        ("a=1&b=2", "b", "2"), ("a=1&a=2", "a", "1"), ("a=x+y", "a", "x y"), ("a=%2B%20%c3%bc", "a", "+ ü"), ("a=%", "a", "%"),
        ("a=%4", "a", "%4"), ("a=%zz", "a", "%zz"), ("a", "a", ""), ("a=b=c", "a", "b=c"), ("%61=1", "a", "1"), ("a=%ff", "a", "\u{fffd}"),
    ])
    func reads(_ body: String, _ name: String, _ value: String) {
        #expect(Form(Array(body.utf8))[name] == value)
    }

    @Test func keepsSeveralValuesInOrder() {
        #expect(Form(Array("d=mon&x=1&d=tue".utf8)).all("d") == ["mon", "tue"])
    }

    @Test func holdsNoMoreFieldsThanItMay() {
        let body = String(repeating: "a=1&", count: 100_000)
        #expect(Form(Array(body.utf8)).fields.count == Form.mostFields)
    }

    @Test(arguments: ["", "a b", "ü/ö?x=1&y", "\u{0}\r\n", "%41"])
    func encodesWhatItDecodes(_ text: String) {
        #expect(Form(Array("v=\(Form.encode(text))".utf8))["v"] == text)
        #expect(Form.encode(text).utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f })
    }

    @Test func queryLeavesOutWhatIsAbsent() {
        #expect(Form.query([("a", "1"), ("b", nil), ("c", ""), ("d", "&")]) == "?a=1&d=%26")
        #expect(Form.query([("a", nil)]) == "")
    }
}

@Suite struct MultipartTests {
    private let type = "multipart/form-data; boundary=xYz"

    @Test func readsFieldsAndFiles() throws {
        let body =
            "--xYz\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\nads\r\n--xYz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\nexample.com\r\n--x\r\n--xYz--\r\n"
        let parts = try #require(Multipart(Array(body.utf8), contentType: type))
        #expect(parts.form["name"] == "ads")
        #expect(parts.files.count == 1)
        #expect(parts.files.first.map { String(decoding: $0.bytes, as: UTF8.self) } == "example.com\r\n--x")
    }

    @Test(arguments: [
        "", "--xYz", "--xYz\r\n", "--xYzX\r\n\r\n--xYz--", "x--xYz\r\n", "--xYz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1",
        "--xYz\r\n\r\n--xYz",
    ])
    func refusesWhatIsCut(_ body: String) {
        #expect(Multipart(Array(body.utf8), contentType: type) == nil)
    }

    @Test(arguments: ["multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=\"\""])
    func needsABoundary(_ type: String) {
        #expect(Multipart(Array("--\r\n".utf8), contentType: type) == nil)
    }

    @Test func readsNoMorePartsThanItMay() {
        let part = "--xYz\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n"
        let body = String(repeating: part, count: 5000) + "--xYz--\r\n"
        #expect(Multipart(Array(body.utf8), contentType: type) == nil)
    }
}
