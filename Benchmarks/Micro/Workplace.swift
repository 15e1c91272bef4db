import Foundation
import PatternMatching
import PolicyCore
import PolicyStore

/// The directory a run works in: generated lists, the image made of them, hosts to ask for.
struct Workplace {
    let path: String
    static let categories = 50

    var lists: String { path + "/lists" }
    var image: String { path + "/lists.image" }
    var result: String { path + "/result.json" }
    var job: String { path + "/job.json" }
    var hits: String { path + "/hits.txt" }

    static func name(_ category: Int) -> String { category < 10 ? "c0\(category)" : "c\(category)" }

    /// Writes a squidGuard directory: categories of very different size, one domain in twenty in a second one.
    func generate(domains: Int) throws {
        var random = SeededRandom(seed: 1)
        var seen: Set<UInt64> = []
        seen.reserveCapacity(domains)
        var files: [UnsafeMutablePointer<FILE>] = []
        for category in 0..<Workplace.categories {
            let folder = "\(lists)/\(Workplace.name(category))"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            guard let file = fopen(folder + "/domains", "w") else { throw BenchmarkError("\(folder) cannot be written") }
            files.append(file)
        }
        guard let hits = fopen(self.hits, "w") else { throw BenchmarkError("\(self.hits) cannot be written") }
        let weights = (0..<Workplace.categories).map { 1 / Double($0 + 1) }
        var ends: [Double] = []
        for weight in weights { ends.append((ends.last ?? 0) + weight) }
        func category(_ random: inout SeededRandom) -> Int {
            let place = Double(random.next() >> 11) * 0x1p-53 * (ends.last ?? 1)
            return ends.firstIndex { place < $0 } ?? 0
        }
        var written = 0
        while written < domains {
            let entry = Words.entry(&random)
            guard seen.insert(Workplace.hash(entry)).inserted else { continue }
            let first = category(&random)
            fputs(entry + "\n", files[first])
            written += 1
            if random.chance(0.05) {
                fputs(entry + "\n", files[(first + 1 + random.below(Workplace.categories - 1)) % Workplace.categories])
                written += 1
            }
            if written % max(1, domains / 100_000) == 0 { fputs((random.chance(0.5) ? "" : "www.") + entry + "\n", hits) }
        }
        for file in files { fclose(file) }
        fclose(hits)
    }

    private static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return hash ^ hash >> 31
    }

    /// Compiles the lists the way a server has it done: a child reads a job and writes the image and its result.
    func compile() throws -> Child {
        let list = ListCompileJob.List(
            name: "bench", path: lists, format: .squidguard, match: .subdomains, fileName: "lists",
            members: (0..<Workplace.categories).map(Workplace.name), hash: "")
        try JSONEncoder().encode(ListJob.compile(ListCompileJob(lists: [list], output: image))).write(to: URL(fileURLWithPath: job))
        return try Child.run(["job", job, result])
    }

    /// The image mapped as a server maps it.
    func index() throws -> (index: MatchIndex, compilation: ListCompilation) {
        guard
            case .compiled(let compilation) = try JSONDecoder().decode(
                ListJobResult.self, from: Data(contentsOf: URL(fileURLWithPath: result)))
        else { throw BenchmarkError("the lists were not compiled") }
        let file = try MappedImage(image)
        return (try MatchIndex(mapped: file.bytes, owner: file), compilation)
    }
}

/// `@unchecked Sendable`: mapped once, only read.
final class MappedImage: @unchecked Sendable {
    let bytes: UnsafeRawBufferPointer

    init(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        var status = stat()
        guard descriptor >= 0, fstat(descriptor, &status) == 0,
            let address = mmap(nil, Int(status.st_size), PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED
        else { throw BenchmarkError("\(path) cannot be mapped") }
        close(descriptor)
        bytes = UnsafeRawBufferPointer(start: address, count: Int(status.st_size))
    }

    deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }
}
