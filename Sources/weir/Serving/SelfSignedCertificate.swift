import Crypto
import Foundation
import NIOSSL
import SwiftASN1
import X509

/// The admin site's own certificate (`tls: self-signed`): made on the first start, renewed a month before it ends.
struct SelfSignedCertificate {
    let certificatePath: String
    let keyPath: String

    init(data: String) {
        certificatePath = data + "/admin-certificate.pem"
        keyPath = data + "/admin-key.pem"
    }

    /// - Parameters: names and addresses the site answers to.
    /// - Throws: where the files can be neither read nor made.
    func configuration(names: [String], addresses: [String]) throws -> TLSConfiguration {
        if !isCurrent { try make(names: names, addresses: addresses) }
        return try Self.read(certificate: certificatePath, key: keyPath)
    }

    /// - Throws: a sentence naming the file that cannot be used.
    static func read(certificate: String, key: String) throws -> TLSConfiguration {
        let chain = try of(certificate, "a certificate") { try NIOSSLCertificate.fromPEMBytes($0) }
        guard !chain.isEmpty else { throw Terminal.Failure("admin.tls: \(certificate): does not hold a certificate as PEM") }
        let secret = try of(key, "a private key") { try NIOSSLPrivateKey(bytes: $0, format: .pem) }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(secret))
        configuration.minimumTLSVersion = .tlsv12
        do {
            // The two files may have nothing to do with each other.
            _ = try NIOSSLContext(configuration: configuration)
        } catch {
            throw Terminal.Failure("admin.tls: \(key) is not the key of \(certificate)")
        }
        return configuration
    }

    private static func of<T>(_ path: String, _ what: String, _ read: ([UInt8]) throws -> T) throws -> T {
        let bytes: [UInt8]
        do { bytes = try InputFile.bytes(path, limit: 1 << 20) } catch { throw Terminal.Failure("admin.tls: \(error)") }
        do { return try read(bytes) } catch { throw Terminal.Failure("admin.tls: \(path): does not hold \(what) as PEM") }
    }

    private var isCurrent: Bool {
        guard FileManager.default.fileExists(atPath: keyPath), let bytes = FileManager.default.contents(atPath: certificatePath),
            let certificate = try? Certificate(pemEncoded: String(decoding: bytes, as: UTF8.self))
        else { return false }
        return certificate.notValidAfter > Date().addingTimeInterval(30 * 86_400)
    }

    private func make(names: [String], addresses: [String]) throws {
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName("Weir admin site") }
        let alternatives =
            (["localhost"] + names).map { GeneralName.dnsName($0) }
            + addresses.compactMap { Self.octets($0) }.map { GeneralName.ipAddress(ASN1OctetString(contentBytes: $0[...])) }
        let now = Date()
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: .init(key.publicKey),
            notValidBefore: now.addingTimeInterval(-3_600), notValidAfter: now.addingTimeInterval(199 * 86_400),
            issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(alternatives)
            },
            issuerPrivateKey: .init(key))
        try write(key.pemRepresentation, to: keyPath, permissions: 0o600)
        try write(try certificate.serializeAsPEM().pemString, to: certificatePath, permissions: 0o644)
    }

    private func write(_ text: String, to path: String, permissions: Int) throws {
        guard FileManager.default.createFile(atPath: path, contents: Data(text.utf8), attributes: [.posixPermissions: permissions]) else {
            throw Terminal.Failure("\(path): cannot be written")
        }
    }

    private static func octets(_ text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        var six = in6_addr()
        if inet_pton(AF_INET6, text, &six) == 1 { return withUnsafeBytes(of: six) { Array($0) } }
        return nil
    }
}
