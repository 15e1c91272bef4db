import Foundation
import PatternMatching
import PolicyStore
import Testing

@testable import weir

/// SECURITY.md L3: https or a checksum.
struct ListFetcherTests {
    @Test(arguments: [
        ("https", "192.0.2.1", false, true), ("https", "10.0.0.1", false, true), ("http", "192.0.2.1", true, true),
        ("http", "192.0.2.1", false, false), ("http", "10.0.0.1", false, false), ("http", "2001:db8::1", false, false),
        ("http", "127.0.0.1", false, true), ("http", "127.8.8.8", false, true), ("http", "::1", false, true),
        ("http", "::ffff:127.0.0.1", false, true), ("http", "::ffff:192.0.2.1", false, false), ("http", "0.0.0.0", false, false),
    ]) func inTheClear(_ scheme: String, _ address: String, _ isHeldToChecksum: Bool, _ isFetched: Bool) throws {
        let reason = ListFetcher.refusal(scheme: scheme, try #require(IPAddress(address)), isHeldToChecksum: isHeldToChecksum)
        #expect((reason == nil) == isFetched)
        #expect(reason?.contains("sha256") ?? true)
    }

    /// Nothing is dialled: where the name leads decides, and it is refused before.
    @Test func refusedBeforeAnybodyIsAsked() async throws {
        let fetcher = ListFetcher { _, _ in IPAddress(v4: 0xc000_0201) }
        let request = ListRequest(
            url: "http://lists.example/ads.txt", maxBytes: 1_000, timeoutSeconds: 5,
            destination: NSTemporaryDirectory() + "never-\(UUID().uuidString)")
        let error = await #expect(throws: Terminal.Failure.self) { _ = try await fetcher.fetch(request) }
        #expect(error?.description.contains("not fetched without encryption") == true)
        #expect(!FileManager.default.fileExists(atPath: request.destination))
    }
}
