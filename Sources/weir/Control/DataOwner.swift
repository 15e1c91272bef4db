import Glibc

/// Whose a data directory is: what root does there is done as that user, so that what it makes is the server's to use.
enum DataOwner {
    /// For good: a process that did so is not root any more.
    /// - Throws: where root may not do so, as in some containers.
    static func become(_ directory: String) throws {
        guard let owner = foreignOwner(of: directory) else { return }
        guard setgroups(0, nil) == 0, setgid(owner.group) == 0, setuid(owner.user) == 0 else { throw refused(directory, owner.user) }
    }

    /// For as long as `body` runs, for who has something to do as root afterwards.
    /// - Throws: where root may not do so, and what `body` throws.
    static func acting<Value>(on directory: String, _ body: () async throws -> Value) async throws -> Value {
        guard let owner = foreignOwner(of: directory) else { return try await body() }
        let group = getegid()
        var groups = [gid_t](repeating: 0, count: Int(max(0, getgroups(0, nil))))
        groups.removeLast(groups.count - Int(max(0, getgroups(CInt(groups.count), &groups))))
        defer {
            // Back in the other order: only root may do the rest.
            _ = seteuid(0)
            _ = setegid(group)
            _ = setgroups(groups.count, groups)
        }
        guard setgroups(0, nil) == 0, setegid(owner.group) == 0, seteuid(owner.user) == 0 else { throw refused(directory, owner.user) }
        return try await body()
    }

    /// The owner, where root asks and it is somebody else.
    private static func foreignOwner(of directory: String) -> (user: uid_t, group: gid_t)? {
        var status = stat()
        guard geteuid() == 0, stat(directory, &status) == 0, status.st_uid != 0 else { return nil }
        return (status.st_uid, status.st_gid)
    }

    private static func refused(_ directory: String, _ user: uid_t) -> Terminal.Failure {
        Terminal.Failure("\(directory): is user \(user)'s: \(String(cString: strerror(errno)))")
    }
}
