import Testing

@testable import ProxyServer

@Suite struct PageTemplatesTests {
    @Test func theShippedOnesAreWhole() throws {
        let templates = try PageFiles.templates()
        #expect(Set(templates.catalogues.keys) == ["en", "de"])
        #expect(templates.pages.count >= 5)
    }

    @Test func cataloguesSayTheSameThings() throws {
        let templates = try PageFiles.templates()
        let english = try #require(templates.catalogues["en"])
        let german = try #require(templates.catalogues["de"])
        #expect(Set(english.keys) == Set(german.keys))
        for key in english.keys { #expect(holes(english, key) == holes(german, key), "\(key)") }
    }

    private func holes(_ catalogue: MessageCatalogue, _ key: String) -> Set<String> {
        Set((catalogue.pieces(of: key) ?? []).compactMap { if case .hole(let name) = $0 { name } else { nil } })
    }

    /// Nothing inline and nothing from elsewhere: what the content security policy would refuse is not written in the first place.
    @Test func noPageBreaksItsOwnPolicy() {
        for (name, bytes) in PageFiles.all where name.hasSuffix(".html") {
            let text = String(decoding: bytes, as: UTF8.self)
            for word in ["<script", "<style", " style=", " onclick", "javascript:", "src=", "@import", "https://"] {
                #expect(!text.contains(word), "\(name): \(word)")
            }
        }
        #expect(!String(decoding: PageFiles.all["style.css"] ?? [], as: UTF8.self).contains("url("))
    }

    @Test(arguments: [
        ("{{#a}}x", "a.html:1: {{/a}} is missing"), ("x\n{{/a}}", "a.html:2: {{/a}} closes nothing"),
        ("\n\n{{t:no.such}}", "a.html:3: no message no.such"), ("{{>b}}", "a.html:1: no template b.html"),
        ("{{>a}}", "a.html:1: a.html includes itself"), ("{{A b}}", "a.html:1: {{A b}} is no name"), ("{{}}", "a.html:1: {{}} is no name"),
        ("{{#a}}{{/b}}", "a.html:1: {{/b}} closes nothing"),
    ]) func errorsNameTheirPlace(source: String, error: String) throws {
        let english = try MessageCatalogue("a.key = x", language: "en", file: "messages.en.txt")
        #expect {
            _ = try TemplateParser.parse("a", sources: ["a": source], messages: english)
        } throws: { String(describing: $0) == error }
    }

    @Test func missingFilesAndMessages() throws {
        for (name, error) in [
            ("style.css", "style.css: is missing"), ("messages.en.txt", "messages.en.txt: is missing"),
            ("block.html", "block.html: is missing"),
        ] {
            var files = PageFiles.all
            files[name] = nil
            #expect { _ = try PageTemplates(files: files) } throws: { String(describing: $0) == error }
        }
        var files = PageFiles.all
        files["messages.fr.txt"] = Array("title.block = {host} est bloqué\n".utf8)
        #expect { _ = try PageTemplates(files: files) } throws: { String(describing: $0).hasPrefix("messages.fr.txt: lacks ") }
        files["messages.fr.txt"] = Array("# x\nno equals\n".utf8)
        #expect { _ = try PageTemplates(files: files) } throws: { String(describing: $0).hasPrefix("messages.fr.txt:2: ") }
    }

    @Test func holesSectionsAndMessages() throws {
        let english = try MessageCatalogue("hi = <{name}> & co\nbye = bye", language: "en", file: "messages.en.txt")
        let sources = [
            "a":
                "{{t:hi}}|{{m:which}}|{{#on}}yes {{x}}{{/on}}{{^on}}no{{/on}}|{{#list}}[{{x}}{{y}}]{{/list}}{{^list}}empty{{/list}}|{{>b}}",
            "b": "{{x}}{{none}}",
        ]
        let pieces = try TemplateParser.parse("a", sources: sources, messages: english)
        var values = PageValues(["name": "O'Neil", "which": "bye", "x": "1", "on": ""])
        func rendered() -> String {
            var output: [UInt8] = []
            pieces.render([values], english, into: &output)
            return String(decoding: output, as: UTF8.self)
        }
        #expect(rendered() == "&lt;O&#39;Neil&gt; &amp; co|bye|no|empty|1")
        values["on"] = "yes"
        values[list: "list"] = [PageValues(["y": "a"]), PageValues(["y": "b", "x": "2"])]
        #expect(rendered() == "&lt;O&#39;Neil&gt; &amp; co|bye|yes 1|[1a][2b]|1")
        values[list: "list"] = []
        #expect(rendered().hasSuffix("|empty|1"))
    }
}
