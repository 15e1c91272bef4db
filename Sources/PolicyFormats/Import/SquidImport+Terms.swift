import PatternMatching
import PolicyCore

// What each access list comes to.
extension SquidImport {
    mutating func term(_ name: String, _ place: ImportPlace) -> Term? {
        guard let list = lists[name] else {
            report.error(place, "there is no acl \"\(name)\"\(NearestName.offer(name, among: lists.keys))")
            return nil
        }
        // A request has no media type of its reply: Squid's never matches there.
        if list.type == "rep_mime_type", !asksReply { return .never }
        if let known = terms[name] { return known }
        let term = make(list)
        terms[name] = term
        return term
    }

    private mutating func skip(_ value: SquidACL.Value, _ list: SquidACL, _ why: String) {
        report.unmapped(value.place, "\"\(value.text)\" \(why)")
        unread[list.name, default: []].append(value.text)
    }

    /// nil where something of the list was read, or nothing stands in it.
    private func unreadable(_ list: SquidACL, _ isEmpty: Bool) -> Term? {
        isEmpty && unread[list.name] != nil ? .unknown("\(list.name) (\(list.type))") : nil
    }

    private mutating func make(_ list: SquidACL) -> Term {
        let isFilled = !list.values.isEmpty || !list.files.isEmpty
        switch list.type {
        case "src", "arp", "proxy_auth", "ext_user", "dst", "port", "method", "time", "rep_mime_type":
            if !isFilled { return empty(list) }
        default: break
        }
        switch list.type {
        case "src": return clients(list)
        case "arp": return devices(list)
        case "proxy_auth", "ext_user": return users(list)
        case "dstdomain", "ssl::server_name": return hosts(list)
        case "dst": return targets(list)
        case "dstdom_regex", "ssl::server_name_regex": return expressions(list, .host)
        case "url_regex": return expressions(list, .url)
        case "urlpath_regex": return expressions(list, .path)
        case "port": return ports(list)
        case "method": return methods(list)
        case "proto": return protocols(list)
        case "time": return time(list)
        case "rep_mime_type": return mediaTypes(list)
        case "manager":
            return .never
        default:
            for line in list.lines { report.unmapped(line.place, "acl \(list.name): nothing here can judge \(list.type)") }
            return .unknown("\(list.name) (\(list.type))")
        }
    }

    private func empty(_ list: SquidACL) -> Term {
        for line in list.lines { report.ignored(line.place, "lists nothing: Squid's never matches either") }
        return .never
    }

    /// The values, with those of files read in.
    private func values(_ list: SquidACL) -> [SquidACL.Value] {
        var values = list.values
        for file in list.files {
            for line in ImportText.lines(file.text, files, report, from: file.place) ?? []
            where !line.text.isEmpty && !line.text.hasPrefix("#") {
                values += SquidACL.words(line.text).map { SquidACL.Value(text: $0, place: line, isCaseless: file.isCaseless) }
            }
        }
        return values
    }

    func mapped(_ list: SquidACL, _ becomes: String) {
        for line in list.lines { report.mapped(line.place, becomes) }
    }

    // MARK: - Who

    private mutating func clients(_ list: SquidACL) -> Term {
        var addresses = AddressRanges()
        for value in values(list) {
            switch value.text {
            case "all", "0/0", "0.0.0.0/0": return .always
            case "ipv4":
                if let every = IPPrefix("0.0.0.0/0") { addresses.insert(every) }
            case "ipv6":
                if let every = IPPrefix("::/0") { addresses.insert(every) }
            default:
                guard let found = ImportText.addresses(value.text) else {
                    skip(value, list, "is no address: clients are known by address, MAC address or user name")
                    continue
                }
                addresses.formUnion(found)
            }
        }
        if let unreadable = unreadable(list, addresses.isEmpty) { return unreadable }
        mapped(list, "addresses of group \(list.name)")
        return .who(plan.addAddresses(list.name, addresses))
    }

    private mutating func devices(_ list: SquidACL) -> Term {
        var macs: Set<String> = []
        for value in values(list) {
            guard let mac = MACAddress(value.text) else {
                skip(value, list, "is no MAC address")
                continue
            }
            macs.insert("mac:\(mac)")
        }
        if let unreadable = unreadable(list, macs.isEmpty) { return unreadable }
        mapped(list, "devices of group \(list.name)")
        return .who(plan.addUsers(list.name, macs))
    }

    private mutating func users(_ list: SquidACL) -> Term {
        let values = values(list)
        for value in values where !ImportText.isUser(value.text) { skip(value, list, "is no user's name") }
        let names = values.map(\.text).filter { ImportText.isUser($0) }
        if let unreadable = unreadable(list, names.isEmpty) { return unreadable }
        if names.contains("REQUIRED") {
            for line in list.lines {
                report.differs(line.place, nil, "holds for everybody: that users sign in is set in Weir's configuration, not in a policy")
            }
            return .always
        }
        mapped(list, "users of group \(list.name)")
        return .who(plan.addUsers(list.name, Set(names)))
    }

    // MARK: - What

    private mutating func category(_ list: SquidACL, _ sources: CategorySources) -> Term {
        if let unreadable = unreadable(list, sources.isEmpty) { return unreadable }
        let name = plan.name(list.name, .category)
        plan.categories.append(
            ImportedCategory(name: name, title: name == list.name ? nil : list.name, includes: sources, place: list.place))
        mapped(list, "category \(name)")
        return .what(WhatSet(targets: [name], sources: sources))
    }

    private mutating func hosts(_ list: SquidACL) -> Term {
        var sources = CategorySources()
        for value in list.values {
            let isTree = value.text.hasPrefix(".")
            let host = isTree ? String(value.text.dropFirst()) : value.text
            let entry = isTree || IPAddress(host) != nil ? host : "=" + host
            guard (try? ListEntry(kind: .site, text: entry, line: 1).validate()) != nil else {
                skip(value, list, "is no host name")
                continue
            }
            sources.sites.append(entry)
        }
        for file in list.files {
            let name = plan.name(list.name, .list)
            let source = listFolder.map { ImportText.path(String(file.text.split(separator: "/").last ?? ""), in: $0) } ?? file.text
            plan.lists.append(ImportedList(name: name, source: source, format: "dstdomain", place: file.place))
            report.mapped(file.place, "list \(name): \(source)")
            sources.lists.append(name)
        }
        return category(list, sources)
    }

    private mutating func targets(_ list: SquidACL) -> Term {
        var sources = CategorySources()
        var isOwn = true
        for value in values(list) {
            if value.text == "all" || value.text == "0.0.0.0/0" { return .always }
            let found = ImportText.addresses(value.text)
            isOwn = isOwn && found.map { SquidImport.ownAddresses.holds($0) } ?? false
            if let found {
                sources.sites += found.texts
            } else if (try? ListEntry(kind: .site, text: "=" + value.text, line: 1).validate()) != nil {
                sources.sites.append("=" + value.text)
            } else {
                skip(value, list, "is neither an address nor a name")
            }
        }
        for line in list.lines {
            report.differs(line.place, nil, "matches addresses written in the URL: the addresses that names lead to are not asked for")
        }
        if !isOwn { missed[list.name] = "names that lead to the addresses of \(list.name): rules know a target by its name" }
        return category(list, sources)
    }

    /// Where no request goes to unless Weir's configuration lets it: this machine's and this wire's own addresses.
    private static var ownAddresses: AddressRanges {
        var ranges = AddressRanges()
        for text in ["127.0.0.0/8", "0.0.0.0/8", "169.254.0.0/16", "::/128", "::1/128", "fe80::/10"] {
            if let prefix = IPPrefix(text) { ranges.insert(prefix) }
        }
        return ranges
    }

    private mutating func expressions(_ list: SquidACL, _ subject: SquidPattern.Subject) -> Term {
        var sources = CategorySources()
        for value in expressionValues(list) {
            guard let found = SquidPattern.expressions(value.text, on: subject, isCaseless: value.isCaseless) else {
                skip(value, list, "cannot be said as an expression for whole URLs, or does not compile")
                continue
            }
            sources.expressions += found
            if subject == .url, SquidPattern.isForTunnels(value.text) {
                missed[list.name] = "HTTPS by what \(list.name) says of host:443: https://host/ is compared"
            }
        }
        if subject != .host {
            for line in list.lines {
                report.differs(line.place, nil, "for HTTPS only https://host/ is seen, where Squid compares host:443")
            }
        }
        return category(list, sources)
    }

    /// A file's lines are expressions as they are, blanks included.
    private func expressionValues(_ list: SquidACL) -> [SquidACL.Value] {
        var values = list.values
        for file in list.files {
            var isCaseless = file.isCaseless
            for line in ImportText.lines(file.text, files, report, from: file.place) ?? []
            where !line.text.isEmpty && !line.text.hasPrefix("#") {
                if line.text == "-i" || line.text == "+i" {
                    isCaseless = line.text == "-i"
                } else {
                    values.append(SquidACL.Value(text: line.text, place: line, isCaseless: isCaseless))
                    report.mapped(line, "an expression of \(list.name)")
                }
            }
        }
        return values
    }

    private mutating func ports(_ list: SquidACL) -> Term {
        var ports: [ClosedRange<UInt16>] = []
        for value in values(list) {
            let ends = value.text.split(separator: "-", omittingEmptySubsequences: false).map { UInt16(String($0)) }
            guard let low = ends.first ?? nil, let high = ends.last ?? nil, ends.count <= 2, low <= high else {
                report.error(value.place, "\"\(value.text)\" is neither a port nor a range of ports")
                continue
            }
            ports.append(low...high)
        }
        if ports.isEmpty { return empty(list) }
        let sources = CategorySources(expressions: PortPattern.expressions(ports))
        let singles = ports.filter { $0.count == 1 && $0.lowerBound > 0 }
        guard singles.count == ports.count, ports.count <= 30 else { return category(list, sources) }
        mapped(list, singles.map { "port:\($0.lowerBound)" }.joined(separator: ", "))
        return .what(WhatSet(targets: singles.map { "port:\($0.lowerBound)" }, sources: sources))
    }

    private mutating func methods(_ list: SquidACL) -> Term {
        var names: [String] = []
        for value in values(list) {
            let name = value.text.uppercased()
            if Target("method:\(name)") == nil { skip(value, list, "is no method") } else { names.append(name) }
        }
        if names.isEmpty { return unreadable(list, true) ?? empty(list) }
        mapped(list, names.map { "method:\($0)" }.joined(separator: ", "))
        let known = [
            "GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "CONNECT", "PROPFIND", "PROPPATCH", "MKCOL", "COPY",
            "MOVE",
            "LOCK", "UNLOCK", "SEARCH", "REPORT",
        ]
        return .what(
            WhatSet(targets: names.map { "method:\($0)" }, complement: known.filter { !names.contains($0) }.map { "method:\($0)" }))
    }

    private mutating func protocols(_ list: SquidACL) -> Term {
        var sources = CategorySources()
        for value in values(list) {
            switch value.text.lowercased() {
            case "http": sources.expressions.append("^http://")
            case "https": sources.expressions.append("^https://")
            default: report.ignored(value.place, "\(value.text) is not spoken here: refused before any rule")
            }
        }
        return sources.isEmpty ? .never : category(list, sources)
    }

    private mutating func mediaTypes(_ list: SquidACL) -> Term {
        var targets: [String] = []
        for value in values(list) {
            var text = value.text.lowercased()
            if text.hasPrefix("^") { text.removeFirst() }
            if text.hasSuffix("$") { text.removeLast() }
            text = text.replacing("\\", with: "")
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            let isPlain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "/-.+*".contains($0)) }
            guard parts.count == 2, !parts[0].isEmpty, isPlain, let last = parts.last else {
                skip(value, list, "is no plain media type")
                continue
            }
            let target = "type:\(parts[0])/\(last.isEmpty || last == ".*" ? "*" : last)"
            if Target(target) == nil { skip(value, list, "is no plain media type") } else { targets.append(target) }
        }
        mapped(list, targets.joined(separator: ", "))
        return targets.isEmpty ? .unknown("\(list.name) (rep_mime_type)") : .what(WhatSet(targets: targets))
    }
}
