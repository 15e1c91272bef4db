import ProxyProtocols

/// One entry point: bytes in, nil out where all is well, else what was wrong. It must not trap, whatever comes.
struct FuzzCase: Sendable {
    let name: String
    let run: @Sendable (UnsafeRawBufferPointer) -> String?

    static let all: [FuzzCase] = wire + names + files + forms

    private static let wire = FuzzTarget.allCases.map { target in
        FuzzCase(name: target.rawValue) { target.run($0) ?? Forwarding.fault(target, $0) }
    }

    private static let names = [
        FuzzCase(name: "host", run: Names.host), FuzzCase(name: "url", run: Names.url), FuzzCase(name: "nameReply", run: Names.reply),
    ]

    private static let files =
        [
            FuzzCase(name: "policy", run: Policies.fault), FuzzCase(name: "json", run: JSONTexts.fault),
            FuzzCase(name: "expression", run: Expressions.fault),
        ]
        + Lists.syntaxes.map { syntax in FuzzCase(name: "list-\(syntax.rawValue)") { Lists.fault(syntax, $0) } }

    private static let forms = [
        FuzzCase(name: "cookie", run: Forms.cookie), FuzzCase(name: "form", run: Forms.form),
        FuzzCase(name: "multipart", run: Forms.multipart),
    ]
}
