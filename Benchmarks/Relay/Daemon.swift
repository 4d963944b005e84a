// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import Foundation
import LiaisonTestKit

/// `liaisond serve` as a process of its own, and what the kernel says of it (proc(5)).
final class Daemon {
    let port: Int
    private let process = Process()
    /// Milliseconds from the start of the program until its port answers.
    private(set) var startTime = 0.0

    init(programs: String, data: String, isBounded: Bool = false) throws {
        port = try Self.freePort()
        process.executableURL = URL(fileURLWithPath: "\(programs)/liaisond")
        process.arguments = ["serve", "--data", data, "--port", String(port)]
        // What is measured is the work, not the bounds for one agent.
        let unbounded = ["SUBMISSIONS", "URGENT", "ACTS", "CONTENT_MEGABYTES", "REQUESTS"].flatMap { name in
            ["AGENT", "INSTITUTION"].map { ("LIAISOND_\($0)_\(name)_BURST", "1000000000") }
        }
        process.environment = ProcessInfo.processInfo.environment.merging(isBounded ? [] : unbounded) { $1 }
        process.standardError = FileHandle(forWritingAtPath: "/dev/null")
        process.standardOutput = FileHandle(forWritingAtPath: "/dev/null")
        let start = ContinuousClock.now
        try process.run()
        while !Self.answers(port) {
            guard process.isRunning, ContinuousClock.now - start < .seconds(120) else { throw Failure.doesNotStart }
            usleep(2000)
        }
        startTime = (ContinuousClock.now - start) / .milliseconds(1)
    }

    enum Failure: Error { case doesNotStart, noPort }

    func stop() {
        process.terminate()
        process.waitUntilExit()
    }

    func kill() {
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// Of all its threads since it started, in milliseconds.
    var processorTime: Double { Self.processorTime(of: process.processIdentifier) }

    static func processorTime(of pid: Int32) -> Double {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        // The name in parentheses may hold anything; the third field follows it.
        let fields = (text.split(separator: ")").last ?? "").split(separator: " ")
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return 0 }
        return (user + system) * 1000 / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    /// Kilobytes: what it holds, the most that it held, and what of it are pages of files, which the kernel can drop.
    var memory: (now: Int, peak: Int, files: Int) {
        let text = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
        func value(_ name: String) -> Int {
            let line = text.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
            return Int(line.filter(\.isNumber)) ?? 0
        }
        return (value("VmRSS:"), value("VmHWM:"), value("RssFile:"))
    }

    private static func freePort() throws -> Int {
        let (socket, address) = try bound()
        defer { close(socket) }
        return Int(UInt16(bigEndian: address.sin_port))
    }

    private static func bound() throws -> (Int32, sockaddr_in) {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, size) == 0 && getsockname(socket, $0, &size) == 0
            }
        }
        guard isBound else { throw Failure.noPort }
        return (socket, address)
    }

    private static func answers(_ port: Int) -> Bool {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
