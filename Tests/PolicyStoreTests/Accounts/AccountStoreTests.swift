import Foundation
import PatternMatching
import PolicyCore
import Testing

@testable import PolicyStore

@Suite struct AccountStoreTests {
    @Test func passwordsAreCheckedNotKept() async throws {
        let test = try await TestStore()
        let accounts = test.store.accounts
        try await accounts.create("anna", password: "correct horse", role: .owner, author: "test")
        guard case .accepted(let account) = await accounts.verify(user: "anna", password: "correct horse", address: .test(1)) else {
            Issue.record("a right password")
            return
        }
        #expect(account.role == .owner)
        #expect(await accounts.verify(user: "anna", password: "Correct horse", address: .test(1)) == .refused)
        #expect(await accounts.verify(user: "ben", password: "correct horse", address: .test(1)) == .refused)
        try await accounts.setPassword("anna", password: "battery staple", author: "anna")
        #expect(await accounts.verify(user: "anna", password: "correct horse", address: .test(1)) == .refused)
        #expect(await accounts.verify(user: "anna", password: "battery staple", address: .test(1)) != .refused)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: test.directory.path + "/data/policy.sqlite-wal"))
        #expect(bytes.range(of: Data("battery staple".utf8)) == nil)
    }

    static let badNames = ["", "with blank", "a:b", "tab\t", String(repeating: "x", count: 65), "bidi\u{202e}"]

    @Test(arguments: badNames) func badNamesAreRefused(_ name: String) async throws {
        let accounts = try await TestStore().store.accounts
        await #expect(throws: PolicyStoreError.self) { try await accounts.create(name, password: "long enough", role: .user, author: "t") }
    }

    @Test func theLastOwnerStays() async throws {
        let accounts = try await TestStore().store.accounts
        try await accounts.create("anna", password: "long enough", role: .owner, author: "t")
        try await accounts.create("ben", password: "long enough", role: .viewer, author: "t")
        await #expect(throws: PolicyStoreError.self) {
            try await accounts.create("ben", password: "long enough", role: .viewer, author: "t")
        }
        await #expect(throws: PolicyStoreError.self) { try await accounts.create("carl", password: "short", role: .viewer, author: "t") }
        #expect(throws: PolicyStoreError.self) { try accounts.remove("anna", author: "t") }
        #expect(throws: PolicyStoreError.self) { try accounts.setRole("anna", role: .viewer, author: "t") }
        try accounts.setRole("ben", role: .owner, author: "t")
        try accounts.remove("anna", author: "t")
        #expect(try accounts.list().map(\.name) == ["ben"])
        #expect(throws: PolicyStoreError.noSuchAccount("anna")) { try accounts.remove("anna", author: "t") }
    }

    /// SECURITY.md A2.
    @Test func guessingIsSlowedDown() async throws {
        let test = try await TestStore()
        let accounts = test.store.accounts
        try await accounts.create("anna", password: "long enough", role: .owner, author: "t")
        for _ in 0..<10 { #expect(await accounts.signIn("anna", password: "wrong guess", address: .test(1)) == .refused) }
        #expect(await accounts.signIn("anna", password: "long enough", address: .test(2)) == .throttled(seconds: 30))
        #expect(await accounts.signIn("ben", password: "x", address: .test(1)) == .throttled(seconds: 30))
        test.clock.advance(seconds: 30)
        #expect(await accounts.signIn("anna", password: "wrong guess", address: .test(3)) == .refused)
        #expect(await accounts.signIn("anna", password: "long enough", address: .test(3)) == .throttled(seconds: 60))
        test.clock.advance(seconds: 60)
        for _ in 0..<20 {
            _ = await accounts.signIn("anna", password: "wrong guess", address: .test(4))
            test.clock.advance(seconds: 900)
        }
        // Never for longer than a quarter of an hour, and never for good.
        guard case .accepted = await accounts.signIn("anna", password: "long enough", address: .test(5)) else {
            Issue.record("locked out")
            return
        }
        #expect(await accounts.signIn("anna", password: "wrong guess", address: .test(5)) == .refused)
    }

    private static func isAccepted(_ answer: SignIn) -> Bool {
        if case .accepted = answer { true } else { false }
    }

    /// SECURITY.md A2: whoever guesses at the proxy's port locks nobody out but the name at the own address.
    @Test func guessesAtTheProxyLockNobodyElseOut() async throws {
        let test = try await TestStore()
        let accounts = test.store.accounts
        try await accounts.create("anna", password: "long enough", role: .owner, author: "t")
        try await accounts.create("ben", password: "long enough", role: .user, author: "t")
        for _ in 0..<10 { #expect(await accounts.verify(user: "anna", password: "wrong guess", address: .test(1)) == .refused) }
        // Not looked at, which is another thing than wrong.
        #expect(await accounts.verify(user: "anna", password: "long enough", address: .test(1)) == .throttled(seconds: 30))
        #expect(Self.isAccepted(await accounts.verify(user: "anna", password: "long enough", address: .test(2))))
        #expect(Self.isAccepted(await accounts.verify(user: "ben", password: "long enough", address: .test(1))))
        #expect(Self.isAccepted(await accounts.signIn("anna", password: "long enough", address: .test(1))))
        // The other way about too.
        for _ in 0..<10 { _ = await accounts.signIn("ben", password: "wrong guess", address: .test(3)) }
        #expect(await accounts.signIn("ben", password: "long enough", address: .test(3)) == .throttled(seconds: 30))
        #expect(Self.isAccepted(await accounts.verify(user: "ben", password: "long enough", address: .test(3))))
        test.clock.advance(seconds: 30)
        #expect(Self.isAccepted(await accounts.verify(user: "anna", password: "long enough", address: .test(1))))
    }

    @Test func manyNamesFromOneAddressAreSlowedDownToo() async throws {
        let test = try await TestStore()
        let accounts = test.store.accounts
        try await accounts.create("anna", password: "long enough", role: .owner, author: "t")
        for name in 0..<50 { #expect(await accounts.verify(user: "name\(name)", password: "a guess", address: .test(1)) == .refused) }
        #expect(await accounts.verify(user: "anna", password: "long enough", address: .test(1)) == .throttled(seconds: 30))
        #expect(Self.isAccepted(await accounts.verify(user: "anna", password: "long enough", address: .test(2))))
        test.clock.advance(seconds: 30)
        #expect(Self.isAccepted(await accounts.verify(user: "anna", password: "long enough", address: .test(1))))
    }

    /// 2,000 guesses under way at the proxy: the site's sign-in and another address's are looked at all the same.
    @Test func aFloodOfGuessesAtTheProxyKeepsNobodyOut() async throws {
        let accounts = try await TestStore().store.accounts
        try await accounts.create("anna", password: "long enough", role: .owner, author: "t")
        let (mine, others) = await withTaskGroup(of: (isMine: Bool, answer: SignIn).self) { group in
            for number in 0..<2000 {
                group.addTask { (false, await accounts.verify(user: "name\(number)", password: "a wrong one", address: .test(1))) }
            }
            group.addTask { (true, await accounts.signIn("anna", password: "long enough", address: .test(1))) }
            group.addTask { (true, await accounts.verify(user: "anna", password: "long enough", address: .test(2))) }
            return await group.reduce(into: ([SignIn](), [SignIn]())) { sums, one in
                if one.isMine { sums.0.append(one.answer) } else { sums.1.append(one.answer) }
            }
        }
        #expect(mine.count == 2 && mine.allSatisfy(Self.isAccepted))
        #expect(others.contains(.refused) && others.contains { if case .throttled = $0 { true } else { false } })
    }

    /// SECURITY.md A2: whoever has one IPv6 address has as many as a /64 holds, and they count as one.
    @Test func addressesOfOneNetworkCountTogether() async throws {
        let accounts = try await TestStore().store.accounts
        try await accounts.create("anna", password: "long enough", role: .owner, author: "t")
        func neighbour(_ number: Int) -> IPAddress { IPAddress(high: 0x2001_0db8_0000_0001, low: UInt64(number)) }
        let elsewhere = IPAddress(high: 0x2001_0db8_0000_0002, low: 1)
        for number in 1...10 {
            #expect(await accounts.signIn("name\(number)", password: "a wrong one", address: neighbour(number)) == .refused)
        }
        #expect(await accounts.signIn("anna", password: "long enough", address: neighbour(11)) == .throttled(seconds: 30))
        #expect(Self.isAccepted(await accounts.signIn("anna", password: "long enough", address: elsewhere)))
        for number in 1...10 {
            #expect(await accounts.verify(user: "anna", password: "a wrong one", address: neighbour(number)) == .refused)
        }
        #expect(await accounts.verify(user: "anna", password: "long enough", address: neighbour(11)) == .throttled(seconds: 30))
        #expect(Self.isAccepted(await accounts.verify(user: "anna", password: "long enough", address: elsewhere)))
    }

    /// However many addresses of one network guess at once, half of the places are another's.
    @Test func aFloodFromOneNetworkKeepsNobodyOut() async throws {
        let accounts = try await TestStore().store.accounts
        try await accounts.create("anna", password: "long enough", role: .owner, author: "t")
        let mine = await withTaskGroup(of: SignIn?.self) { group in
            for number in 0..<500 {
                group.addTask {
                    let from = IPAddress(high: 0x2001_0db8_0000_0001, low: UInt64(number))
                    _ = await accounts.signIn("name\(number)", password: "a wrong one", address: from)
                    return nil
                }
            }
            group.addTask { await accounts.signIn("anna", password: "long enough", address: .test(1)) }
            return await group.reduce(nil) { $0 ?? $1 }
        }
        #expect(mine.map(Self.isAccepted) == true)
    }

    @Test func aFloodOfMadeUpNamesIsNotQueuedForEver() async throws {
        let accounts = try await TestStore().store.accounts
        let outcomes = await withTaskGroup(of: SignIn.self) { group in
            for number in 0..<2000 { group.addTask { await accounts.signIn("name\(number)", password: "a wrong one", address: nil) } }
            return await group.reduce(into: [SignIn: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(outcomes.values.reduce(0, +) == 2000)
        #expect(outcomes.keys.allSatisfy { $0 == .refused || $0 == .throttled(seconds: 1) })
        #expect(await accounts.signIn("anna", password: "a wrong one", address: nil) == .refused)
    }

    /// SECURITY.md A3.
    @Test func sessionsEnd() async throws {
        let test = try await TestStore()
        let accounts = test.store.accounts
        let anna = try await accounts.create("anna", password: "long enough", role: .owner, author: "t")
        let secret = try accounts.beginSession(anna, address: "10.0.0.1", agent: "test")
        #expect(secret.utf8.count >= 22)
        #expect(try accounts.session(secret)?.account.name == "anna")
        #expect(try accounts.session(secret + "x") == nil)
        test.clock.advance(seconds: 29 * 60)
        #expect(try accounts.session(secret) != nil)
        test.clock.advance(seconds: 29 * 60)
        #expect(try accounts.session(secret) != nil)
        test.clock.advance(seconds: 31 * 60)
        #expect(try accounts.session(secret) == nil)
        let second = try accounts.beginSession(anna, address: nil, agent: nil)
        for _ in 0..<25 {
            test.clock.advance(seconds: 29 * 60)
            _ = try accounts.session(second)
        }
        #expect(try accounts.session(second) == nil)
        let third = try accounts.beginSession(anna, address: nil, agent: nil)
        let fourth = try accounts.beginSession(anna, address: nil, agent: nil)
        #expect(try accounts.sessions(of: "anna").count == 2)
        try accounts.endSession(third)
        #expect(try accounts.session(third) == nil)
        try await accounts.setPassword("anna", password: "another one", author: "anna")
        #expect(try accounts.session(fourth) == nil)
    }

    @Test func everyChangeOfAnAccountIsAnotherGeneration() async throws {
        let accounts = try await TestStore().store.accounts
        var generations = [accounts.generation]
        try await accounts.create("anna", password: "long enough", role: .owner, author: "t")
        generations.append(accounts.generation)
        try await accounts.create("ben", password: "long enough", role: .user, author: "t")
        generations.append(accounts.generation)
        _ = await accounts.verify(user: "ben", password: "long enough", address: .test(1))
        #expect(accounts.generation == generations.last)
        try await accounts.setPassword("ben", password: "another one", author: "t")
        generations.append(accounts.generation)
        try accounts.setRole("ben", role: .viewer, author: "t")
        generations.append(accounts.generation)
        try accounts.remove("ben", author: "t")
        generations.append(accounts.generation)
        #expect(Set(generations).count == generations.count)
    }

    @Test func tokensStandForTheirAccount() async throws {
        let accounts = try await TestStore().store.accounts
        try await accounts.create("anna", password: "long enough", role: .manager, author: "t")
        let secret = try accounts.makeToken("anna", name: "script", author: "anna")
        #expect(try accounts.account(token: secret)?.role == .manager)
        #expect(try accounts.account(token: "weir_nothing") == nil)
        let token = try #require(try accounts.tokens(of: "anna").first)
        #expect(token.name == "script")
        try accounts.removeToken(token.id, of: "anna", author: "anna")
        #expect(try accounts.account(token: secret) == nil)
        #expect(throws: PolicyStoreError.noSuchAccount("ben")) { try accounts.makeToken("ben", name: "x", author: "t") }
    }

    /// SECURITY.md A1.
    @Test func setUpHappensOnce() async throws {
        let test = try await TestStore()
        let accounts = test.store.accounts
        let first = try #require(try accounts.setupToken())
        let token = try #require(try accounts.setupToken())
        let file = test.directory.path + "/data/setup-token"
        #expect(try String(contentsOfFile: file, encoding: .utf8) == token + "\n")
        #expect(try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int == 0o600)
        #expect(try await accounts.setUp(token: first, user: "anna", password: "long enough") == nil)
        test.clock.advance(seconds: 900)
        #expect(try await accounts.setUp(token: token, user: "anna", password: "long enough") == nil)
        let late = try #require(try accounts.setupToken())
        await #expect(throws: PolicyStoreError.self) { try await accounts.setUp(token: late, user: "anna", password: "short") }
        #expect(try await accounts.setUp(token: late, user: "anna", password: "long enough")?.role == .owner)
        #expect(try await accounts.setUp(token: late, user: "ben", password: "long enough") == nil)
        #expect(try accounts.setupToken() == nil)
        #expect(!FileManager.default.fileExists(atPath: file))
    }

    @Test(arguments: [
        "", "$scrypt$", "$scrypt$ln=40,r=8,p=1$AAAA$AAAA", "$scrypt$ln=4,r=8$AAAA$AAAA", "$argon2$x$y$z", "$scrypt$ln=x,r=8,p=1$AA==$AA==",
    ])
    func damagedHashesMatchNothing(_ text: String) { #expect(PasswordHash(text) == nil) }

    @Test func hashesReadBack() throws {
        let hash = try PasswordHash.make("geheim", cost: ScryptCost(logN: 4, r: 8, p: 1))
        let again = try #require(PasswordHash(hash.description))
        #expect(again.matches("geheim"))
        #expect(!again.matches("geheim "))
    }
}

extension IPAddress {
    /// 10.0.0.`last`.
    fileprivate static func test(_ last: UInt8) -> IPAddress { IPAddress(v4: 0x0a00_0000 | UInt32(last)) }
}
