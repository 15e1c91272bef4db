// swift-tools-version: 6.2
import Foundation
import PackageDescription

// WEIR_PARTS=PolicyCore,ProxyServer builds and tests only those targets and what they import, so that a change to
// the proxy, the policy or a store is tried without building Hummingbird or TLS. Unset: everything.
let wanted = (Context.environment["WEIR_PARTS"] ?? "").split(separator: ",").map(String.init)

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    // Overlapping accesses are found by debug builds and tests; looking for them again at run time costs every request (decision 22).
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

/// Not for targets that touch the system's own C structures: several C modules include the same system header, and which of them is said to
/// own `timespec` or `in_addr` differs from build to build.
let strictMembers = strict + [.enableUpcomingFeature("MemberImportVisibility")]
let touchesSystem: Set = ["ProxyServer", "VisitStore", "PolicyStore", "AdminWeb", "weir", "Microbenchmarks"]

/// A package outside this one: where it is and the oldest version that will do.
struct Origin {
    let url: String
    let version: Version
    var traits: Set<Package.Dependency.Trait>?

    var dependency: Package.Dependency {
        if let traits { return .package(url: url, from: version, traits: traits) }
        return .package(url: url, from: version)
    }
}

let origins: [String: Origin] = [
    "swift-nio": Origin(url: "https://github.com/apple/swift-nio", version: "2.101.2"),
    "swift-nio-ssl": Origin(url: "https://github.com/apple/swift-nio-ssl", version: "2.37.6"),
    "swift-crypto": Origin(url: "https://github.com/apple/swift-crypto", version: "4.5.2"),
    "swift-certificates": Origin(url: "https://github.com/apple/swift-certificates", version: "1.21.1"),
    "swift-asn1": Origin(url: "https://github.com/apple/swift-asn1", version: "1.7.4"),
    "swift-log": Origin(url: "https://github.com/apple/swift-log", version: "1.16.2"),
    "swift-argument-parser": Origin(url: "https://github.com/apple/swift-argument-parser", version: "1.8.2"),
    "swift-service-lifecycle": Origin(url: "https://github.com/swift-server/swift-service-lifecycle", version: "2.13.0"),
    "async-http-client": Origin(url: "https://github.com/swift-server/async-http-client", version: "1.37.0"),
    "hummingbird": Origin(url: "https://github.com/hummingbird-project/hummingbird", version: "2.28.1", traits: []),
    "swift-mustache": Origin(url: "https://github.com/hummingbird-project/swift-mustache", version: "2.1.1"),
    "GRDB.swift": Origin(url: "https://github.com/groue/GRDB.swift", version: "7.10.0"),
    "Yams": Origin(url: "https://github.com/jpsim/Yams", version: "6.2.2"),
]

/// One of Weir's own targets: what it imports of Weir, of C and of other packages.
struct Part {
    let name: String
    var uses: [String] = []
    var products: [(String, String)] = []
    var tested = true
    /// C targets that its tests alone use.
    var testUses: [String] = []
    /// nil: `Sources/NAME`.
    var path: String?
    /// Built only where WEIR_PARTS names it.
    var isOnDemand = false
}

let clibs: [(name: String, pkgConfig: String, apt: String)] = [
    ("CPCRE2", "libpcre2-8", "libpcre2-dev"),
    ("CIDN2", "libidn2", "libidn2-dev"),
    ("CPSL", "libpsl", "libpsl-dev"),
    ("CArchive", "libarchive", "libarchive-dev"),
    ("CAres", "libcares", "libc-ares-dev"),
]

let nio = [("NIOCore", "swift-nio"), ("NIOPosix", "swift-nio"), ("NIOConcurrencyHelpers", "swift-nio")]
let log = ("Logging", "swift-log")

let parts: [Part] = [
    Part(name: "PatternMatching", uses: ["CPCRE2", "CIDN2", "CPSL"]),
    Part(name: "PolicyCore", uses: ["PatternMatching"], testUses: ["CAllocations"]),
    Part(name: "Visits", uses: ["PolicyCore"]),
    Part(name: "PolicyFormats", uses: ["PolicyCore", "PatternMatching"], products: [("Yams", "Yams")]),
    Part(name: "ProxyProtocols", uses: ["PolicyCore", "PatternMatching"]),
    Part(
        name: "ProxyServer", uses: ["ProxyProtocols", "Visits", "PolicyCore", "PatternMatching", "CAres", "CNeighbours"],
        products: nio + [log], testUses: ["CAllocations"]),
    Part(
        name: "VisitStore", uses: ["Visits", "PolicyCore", "PatternMatching", "CChecksum"],
        products: [("GRDB", "GRDB.swift"), ("GRDBSQLite", "GRDB.swift"), log]),
    Part(
        name: "PolicyStore", uses: ["PolicyFormats", "PolicyCore", "PatternMatching", "CArchive"],
        products: [("GRDB", "GRDB.swift"), ("Crypto", "swift-crypto"), ("_CryptoExtras", "swift-crypto"), log]),
    Part(
        name: "Reporting", uses: ["VisitStore", "Visits", "PolicyCore"], products: [("GRDB", "GRDB.swift"), ("Yams", "Yams")]),
    Part(
        name: "AdminWeb", uses: ["Reporting", "PolicyStore", "PolicyFormats", "VisitStore", "Visits", "PolicyCore", "PatternMatching"],
        products: [
            ("Hummingbird", "hummingbird"), ("HummingbirdCore", "hummingbird"), ("HummingbirdTLS", "hummingbird"),
            ("Mustache", "swift-mustache"), log,
            ("Crypto", "swift-crypto"), ("NIOCore", "swift-nio"), ("NIOPosix", "swift-nio"),
            ("NIOConcurrencyHelpers", "swift-nio"), ("ServiceLifecycle", "swift-service-lifecycle"), ("NIOSSL", "swift-nio-ssl"),
        ]),
    Part(
        name: "weir",
        uses: [
            "AdminWeb", "Reporting", "PolicyStore", "PolicyFormats", "VisitStore", "Visits", "PolicyCore", "PatternMatching",
            "ProxyServer", "ProxyProtocols", "CAssets",
        ],
        products: nio + [
            ("ArgumentParser", "swift-argument-parser"), ("AsyncHTTPClient", "async-http-client"), ("Yams", "Yams"),
            ("ServiceLifecycle", "swift-service-lifecycle"), ("UnixSignals", "swift-service-lifecycle"), log,
            ("Crypto", "swift-crypto"), ("X509", "swift-certificates"), ("SwiftASN1", "swift-asn1"), ("NIOSSL", "swift-nio-ssl"),
            ("NIOHTTP1", "swift-nio"),
        ]),
    // script/bench micro
    Part(
        name: "Microbenchmarks", uses: ["PolicyStore", "PolicyFormats", "PolicyCore", "PatternMatching", "CPCRE2", "CAllocations"],
        tested: false, path: "Benchmarks/Micro", isOnDemand: true),
]

let byName = Dictionary(uniqueKeysWithValues: parts.map { ($0.name, $0) })
var chosen: Set<String> = []
var open = wanted.isEmpty ? parts.filter { !$0.isOnDemand }.map(\.name) : wanted
while let name = open.popLast() {
    if chosen.insert(name).inserted { open += (byName[name]?.uses ?? []) + (byName[name]?.testUses ?? []) }
}

let used = parts.filter { chosen.contains($0.name) }
var targets: [Target] = clibs.filter { chosen.contains($0.name) }.map {
    .systemLibrary(name: $0.name, path: "Sources/C/\($0.name)", pkgConfig: $0.pkgConfig, providers: [.apt([$0.apt])])
}
for name in ["CNeighbours", "CAssets", "CAllocations", "CChecksum"] where chosen.contains(name) {
    targets.append(.target(name: name, path: "Sources/C/\(name)"))
}
for part in used {
    let settings = touchesSystem.contains(part.name) ? strict : strictMembers
    let dependencies: [Target.Dependency] =
        part.uses.map { .byName(name: $0) } + part.products.map { .product(name: $0.0, package: $0.1) }
    if part.name == "weir" || part.isOnDemand {
        targets.append(.executableTarget(name: part.name, dependencies: dependencies, path: part.path, swiftSettings: settings))
    } else {
        targets.append(.target(name: part.name, dependencies: dependencies, swiftSettings: settings))
    }
    if part.tested {
        targets.append(
            .testTarget(
                name: "\(part.name)Tests",
                dependencies: [.byName(name: part.name)] + part.testUses.map { .byName(name: $0) } + dependencies,
                resources: FileManager.default.fileExists(atPath: "\(Context.packageDirectory)/Tests/\(part.name)Tests/Fixtures")
                    ? [.copy("Fixtures")] : [],
                swiftSettings: settings))
    }
}

let packages = Set(used.flatMap { $0.products.map(\.1) })
let package = Package(
    name: "weir",
    dependencies: packages.sorted().compactMap { origins[$0]?.dependency },
    targets: targets
)
