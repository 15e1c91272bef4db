import CFuzzer
import Glibc

// fuzz list                         the targets' names, one a line
// fuzz replay NAME FILE…            runs the inputs of corpora (a line each, hexadecimal) through a target
// fuzz run NAME [libFuzzer's arguments]
let arguments = CommandLine.arguments
switch arguments.dropFirst().first {
case "list": for target in FuzzCase.all { print(target.name) }
case "replay": Replay.run(target(arguments), files: Array(arguments.dropFirst(3)))
case "run": Fuzzer.run(target(arguments))
default: fail("fuzz list | replay NAME FILE… | run NAME [libFuzzer's arguments]")
}

func target(_ arguments: [String]) -> FuzzCase {
    guard arguments.count > 2 else { fail("the target's name is missing") }
    guard let found = FuzzCase.all.first(where: { $0.name == arguments[2] }) else { fail("\(arguments[2]) is no target: see `fuzz list`") }
    return found
}

func fail(_ message: String) -> Never {
    say(message)
    exit(2)
}

/// A line on the error output.
func say(_ message: String) {
    let line = Array(message.utf8) + [0x0a]
    _ = write(2, line, line.count)
}
