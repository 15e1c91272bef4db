/// Looks at a page as a browser's parser would, strictly: what is opened is closed, ids are there once.
enum Markup {
    static func problems(_ html: String) -> [String] {
        var problems: [String] = []
        var open: [String] = []
        var ids: Set<String> = []
        for tag in tags(html) {
            let name = String(tag.drop { $0 == "/" }.prefix { $0.isLetter || $0.isNumber })
            if tag.hasPrefix("!") { continue }
            if tag.hasPrefix("/") {
                if open.popLast() != name { problems.append("</\(name)> closes nothing") }
            } else if !["meta", "link", "input", "br"].contains(name) {
                open.append(name)
            }
            for id in values("id", in: tag) where !ids.insert(id).inserted { problems.append("id \(id) is there twice") }
            for target in values("for", in: tag) where !html.contains("id=\"\(target)\"") {
                problems.append("label for nothing: \(target)")
            }
            for word in [" onclick", " onload", " style=", "javascript:", "<script"] where ("<" + tag).contains(word) {
                problems.append("\(word) in <\(tag)>")
            }
        }
        for hollow in ["<h1></h1>", "<p class=\"lead\"></p>", "<title> "] where html.contains(hollow) {
            problems.append("\(hollow) is there")
        }
        return problems + open.map { "<\($0)> is not closed" }
    }

    static func tags(_ html: String) -> [String] {
        html.split(separator: "<").dropFirst(html.hasPrefix("<") ? 0 : 1).map { String($0.prefix { $0 != ">" }) }
    }

    /// The values of an attribute, references undone.
    static func values(_ attribute: String, in text: String) -> [String] {
        text.split(separator: " \(attribute)=\"", omittingEmptySubsequences: false).dropFirst().map { String($0.prefix { $0 != "\"" }) }
    }

    /// The tokens of the forms that post to a path.
    static func tokens(_ html: String, path: String) -> [String] {
        html.split(separator: "<form ").dropFirst().compactMap { $0.split(separator: "</form>").first }.filter {
            $0.contains("action=\"http://weir.internal\(path)\"")
        }
        .flatMap { values("value", in: String($0)) }
    }
}
