import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import PatternMatching
import PolicyStore
import ProxyServer

/// Fetches lists with async-http-client: conditionally, within bounds, and only from addresses that the egress rules allow.
///
/// Each name is resolved once, checked, and the checked address is the one dialled; redirects are followed by hand so that they are
/// checked the same way.
struct ListFetcher: ListFetching {
    private static let mostRedirects = 5

    let resolve: @Sendable (_ host: String, _ port: UInt16) async throws -> IPAddress

    func fetch(_ request: ListRequest) async throws -> ListReply {
        let deadline = NIODeadline.now() + .seconds(Int64(request.timeoutSeconds))
        var url = request.url
        for _ in 0...Self.mostRedirects {
            switch try await step(request, url: url, deadline: deadline) {
            case .reply(let reply): return reply
            case .redirect(let next): url = next
            }
        }
        throw Terminal.Failure("\(request.url): more than \(Self.mostRedirects) redirects")
    }

    private enum Step {
        case reply(ListReply)
        case redirect(String)
    }

    private func step(_ request: ListRequest, url: String, deadline: NIODeadline) async throws -> Step {
        guard let target = URL(string: url), let scheme = target.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = target.host(percentEncoded: false), !host.isEmpty,
            let port = UInt16(exactly: target.port ?? (scheme == "https" ? 443 : 80))
        else { throw Terminal.Failure("\(url): is not an http or https URL") }
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
        configuration.timeout = .init(connect: .seconds(15), read: .seconds(60))
        configuration.decompression = .disabled
        configuration.httpVersion = .http1Only
        let address = try await resolve(host, port)
        if let reason = Self.refusal(scheme: scheme, address, isHeldToChecksum: request.isHeldToChecksum) {
            throw Terminal.Failure("\(url): \(reason)")
        }
        configuration.dnsOverride = [host: address.description]
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        do {
            let step = try await exchange(client, request, url: url, base: target, deadline: deadline)
            try await client.shutdown()
            return step
        } catch {
            try? await client.shutdown()
            throw error
        }
    }

    /// Why nothing is fetched from there (SECURITY.md L3): what comes in the clear may be anybody's, and it decides who may read what. Nobody is
    /// on the way to this machine itself.
    /// - Returns: nil where it may be fetched.
    static func refusal(scheme: String, _ address: IPAddress, isHeldToChecksum: Bool) -> String? {
        if scheme == "https" || isHeldToChecksum || address.isLoopback { return nil }
        return "not fetched without encryption, as whoever is on the way could change it: use https, or name the file's sha256"
    }

    private func exchange(
        _ client: HTTPClient, _ request: ListRequest, url: String, base: URL, deadline: NIODeadline
    ) async throws -> Step {
        var message = HTTPClientRequest(url: url)
        message.headers.add(name: "User-Agent", value: "weir/\(Version.number)")
        message.headers.add(name: "Accept", value: "*/*")
        if let etag = request.etag { message.headers.add(name: "If-None-Match", value: etag) }
        if let modified = request.lastModified { message.headers.add(name: "If-Modified-Since", value: modified) }
        let reply = try await client.execute(message, deadline: deadline)
        switch reply.status.code {
        case 200:
            if let length = reply.headers.first(name: "content-length").flatMap({ Int($0) }), length > request.maxBytes {
                throw Terminal.Failure("\(url): \(length) bytes are more than the \(request.maxBytes) a list may have")
            }
            try await save(reply.body, to: request.destination, most: request.maxBytes, url: url)
            return .reply(.fetched(etag: reply.headers.first(name: "etag"), lastModified: reply.headers.first(name: "last-modified")))
        case 304:
            return .reply(.notModified)
        case 301, 302, 303, 307, 308:
            guard let location = reply.headers.first(name: "location"), let next = URL(string: location, relativeTo: base) else {
                throw Terminal.Failure("\(url): redirects to nowhere")
            }
            if base.scheme == "https", next.absoluteURL.scheme != "https" {
                throw Terminal.Failure("\(url): redirects from https to \(next.absoluteURL.scheme ?? "something else")")
            }
            return .redirect(next.absoluteString)
        default:
            throw Terminal.Failure("\(url): \(reply.status.code) \(reply.status.reasonPhrase)")
        }
    }

    private func save(_ body: HTTPClientResponse.Body, to path: String, most: Int, url: String) async throws {
        guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
            let file = FileHandle(forWritingAtPath: path)
        else { throw Terminal.Failure("\(path): cannot be written") }
        defer { try? file.close() }
        var total = 0
        for try await chunk in body {
            total += chunk.readableBytes
            guard total <= most else { throw Terminal.Failure("\(url): more than the \(most) bytes a list may have") }
            try file.write(contentsOf: chunk.readableBytesView)
        }
        try file.synchronize()
    }
}
