// swift-tools-version: 6.2
import PackageDescription

// The parsers that read foreign bytes, built once more with coverage for libFuzzer and with the address sanitizer (script/fuzz). A package
// of its own, so that the ordinary build knows nothing of it: the targets' folders are links to the sources themselves.
// WEIR_FUZZER is the fuzzer's runtime; without it the same entry points replay the corpora.
let runtime = Context.environment["WEIR_FUZZER"] ?? ""

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .unsafeFlags(["-enable-testing"] + (runtime.isEmpty ? [] : ["-sanitize=fuzzer"])),
]

func library(_ name: String, uses: [Target.Dependency] = [], sources: [String]? = nil) -> Target {
    .target(name: name, dependencies: uses, sources: sources, swiftSettings: strict)
}

let package = Package(
    name: "fuzz",
    dependencies: [.package(url: "https://github.com/jpsim/Yams", from: "6.2.2")],
    targets: [
        .systemLibrary(name: "CPCRE2", path: "Sources/C/CPCRE2", pkgConfig: "libpcre2-8"),
        .systemLibrary(name: "CIDN2", path: "Sources/C/CIDN2", pkgConfig: "libidn2"),
        .systemLibrary(name: "CPSL", path: "Sources/C/CPSL", pkgConfig: "libpsl"),
        library("PatternMatching", uses: ["CPCRE2", "CIDN2", "CPSL"]),
        library("PolicyCore", uses: ["PatternMatching"]),
        library("PolicyFormats", uses: ["PolicyCore", "PatternMatching", .product(name: "Yams", package: "Yams")]),
        library("ProxyProtocols", uses: ["PolicyCore", "PatternMatching"]),
        // Of these two the files that read forms and cookies, and nothing that needs a server.
        library(
            "AdminWeb",
            sources: ["Gate/Form.swift", "Gate/Multipart.swift", "Gate/CookieField.swift", "Web/StringProtocol+Trimmed.swift"]),
        library("ProxyServer", uses: ["PatternMatching"], sources: ["Pages/FormFields.swift", "Names/NameReply.swift"]),
        .target(name: "CFuzzer"),
        .executableTarget(
            name: "Fuzz",
            dependencies: ["PatternMatching", "PolicyCore", "PolicyFormats", "ProxyProtocols", "AdminWeb", "ProxyServer", "CFuzzer"],
            swiftSettings: strict + (runtime.isEmpty ? [] : [.define("FUZZER")]),
            linkerSettings: runtime.isEmpty ? [] : [.unsafeFlags([runtime, "-lstdc++"])]),
    ]
)
