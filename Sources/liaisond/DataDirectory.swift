// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

import ArgumentParser
import Configuration
import Foundation
import LiaisonHTTP
import LiaisonNotes
import LiaisonPostgreSQLStore
import LiaisonRelay
import LiaisonSQLiteStore
import LiaisonStores
import NIOCore
import NIOSSL
import SystemPackage

/// The files of a relay: keys and certificate (readable by its user only), configuration, store.
struct DataDirectory {
    static let origin = "log-origin"
    static let logKey = "log-key"
    static let certificate = "tls-certificate.pem"
    static let privateKey = "tls-key.pem"
    static let configuration = "liaisond.conf"

    let path: String

    func file(_ name: String) -> String { "\(path)/\(name)" }

    /// The log's name.
    func origin() throws -> String {
        guard let text = try? String(contentsOfFile: file(Self.origin), encoding: .utf8) else { throw noRelay }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    private var noRelay: ValidationError {
        ValidationError("no relay in this directory (\(path))\nhint: liaisond init --data \(path)")
    }

    /// The key that signs the log's checkpoints.
    func logSigner() throws -> NoteSigner {
        let origin = try origin()
        guard let key = try? PrivateKey(file: file(Self.logKey)), let signer = NoteSigner(name: origin, privateKey: key)
        else { throw ValidationError("the log key is damaged (\(file(Self.logKey)))") }
        return signer
    }

    /// Held by whatever must be alone with the log: `serve` and `restore`.
    func lock() throws -> FileLock {
        do {
            return try FileLock(path: file("liaisond.lock"), patience: 5)
        } catch FileLock.Failure.inUse {
            throw ValidationError("a relay runs over this directory (\(path))\nhint: stop it first")
        } catch {
            throw noRelay
        }
    }

    /// Where the relay keeps everything, as the configuration says.
    func location() async throws -> StoreLocation {
        let address = try await settings().store
        return try address.isEmpty ? .file : StoreLocation(address)
    }

    /// The store that the configuration names.
    func store() async throws -> any OperatedStore {
        guard FileManager.default.fileExists(atPath: file(Self.logKey)) else { throw noRelay }
        return switch try await location() {
        case .file: try embeddedStore()
        case .database(let address): try await PostgreSQLRelayStore(address)
        }
    }

    func embeddedStore() throws -> SQLiteRelayStore {
        guard FileManager.default.fileExists(atPath: file(Self.logKey)) else {
            throw noRelay
        }
        // A store that is gone is never replaced by an empty one: the same log would begin a second time.
        guard FileManager.default.fileExists(atPath: file(SQLiteRelayStore.fileName)) else {
            throw ValidationError(
                "the relay's store is missing (\(file(SQLiteRelayStore.fileName)))\nhint: liaisond restore")
        }
        return try SQLiteRelayStore(directory: path)
    }

    func tls() throws -> TLSConfiguration {
        RelayServer.tls(
            certificates: try NIOSSLCertificate.fromPEMFile(file(Self.certificate)),
            privateKey: try NIOSSLPrivateKey(file: file(Self.privateKey), format: .pem))
    }

    /// Settings: the environment first, then the configuration file.
    func settings() async throws -> Settings {
        let reader = ConfigReader(providers: [
            EnvironmentVariablesProvider(),
            try await EnvironmentVariablesProvider(environmentFilePath: FilePath(file(Self.configuration)))
        ])
        return Settings(reader.scoped(to: "liaisond"))
    }

    /// The store of the log before this one, for its documents.
    static let archive = "archive.sqlite"

    /// - Throws: `ValidationError` when the environment, and not the configuration, says where the store is: what is written
    ///   there would change nothing.
    func checkConfigurationNamesStore() throws {
        guard ProcessInfo.processInfo.environment["LIAISOND_STORE"] == nil else {
            throw ValidationError(
                "the environment says where the store is (LIAISOND_STORE)\nhint: write it into \(file(Self.configuration))"
            )
        }
    }

    /// Writes down where the store is from now on.
    ///
    /// - Throws: `ValidationError` when the environment says something else.
    func setStore(_ location: StoreLocation) async throws {
        let path = file(Self.configuration)
        var lines = try String(contentsOfFile: path, encoding: .utf8)
            .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let (line, name) = (Settings.storeLine(location), "LIAISOND_STORE=")
        let place = lines.firstIndex { $0.hasPrefix(name) } ?? lines.firstIndex { $0.hasPrefix("#" + name) }
        if let place { lines[place] = line } else { lines.insert(line, at: 0) }
        try PrivateFile.replace(path, lines.joined(separator: "\n"))
        guard try await self.location().description == location.description else {
            throw ValidationError(
                "the store is in \(location), and the environment, or another line of \(path), names another place\n"
                    + "hint: LIAISOND_STORE")
        }
    }

    /// Moves the store in place into a directory of its own; nothing is ever deleted.
    ///
    /// - Parameter withArchive: whether the documents of the log before go, too.
    func setAside(withArchive: Bool = true) throws -> String {
        let aside = file("set-aside-\(Instant.now)")
        try FileManager.default.createDirectory(
            atPath: aside, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        let store = ["", "-wal", "-shm"].map { SQLiteRelayStore.fileName + $0 }
        for name in store + (withArchive ? [Self.archive] : []) {
            guard FileManager.default.fileExists(atPath: file(name)) else { continue }
            try FileManager.default.moveItem(atPath: file(name), toPath: "\(aside)/\(name)")
        }
        return aside
    }

    /// A new key under a new origin; the old ones are kept under their origin's hash.
    func replaceLog(origin: String) throws {
        let old = Hash.of(try self.origin()).hex.prefix(16)
        for name in [Self.logKey, Self.origin] {
            try FileManager.default.moveItem(atPath: file(name), toPath: file("\(name).\(old)"))
        }
        try createLog(origin: origin, key: .generate())
    }

    /// The log's name and the key that signs it.
    func createLog(origin: String, key: PrivateKey) throws {
        try key.create(file: file(Self.logKey))
        try create(Self.origin, origin + "\n")
    }

    /// Writes a file that only its owner reads; refuses to replace one.
    func create(_ name: String, _ text: String) throws { try PrivateFile.create(file(name), text) }
}

/// What an operator may set; each has a default.
struct Settings {
    /// Address of the database that holds the store; empty for the file beside this configuration.
    let store: String
    let host: String
    let port: Int
    var limits = ServerLimits()
    /// What agents and institutions may add in a time.
    let quotas: Quotas.Limits
    /// What may lie unopened of agents and institutions.
    let unopened: UnopenedLimits
    /// The log's own listener without client certificates; 0 for none.
    let logPort: Int
    let logHost: String
    /// Health, readiness and metrics; 0 for none.
    let operationsPort: Int
    let operationsHost: String
    /// A c2sp.org/tlog-policy file whose witnesses have URLs.
    let witnesses: String
    let timeStampURL: String
    /// PEM file of the authority's root.
    let timeStampRoot: String
    /// Between two time-stamps.
    let timeStampInterval: Seconds

    init(_ reader: ConfigReader) {
        store = reader.string(forKey: "store", default: "")
        logPort = reader.int(forKey: "logPort", default: 0)
        logHost = reader.string(forKey: "logHost", default: "127.0.0.1")
        operationsPort = reader.int(forKey: "operationsPort", default: 0)
        operationsHost = reader.string(forKey: "operationsHost", default: "127.0.0.1")
        limits.proxies = Set(
            reader.string(forKey: "proxies", default: "").split(separator: ",")
                .map { $0.trimmingCharacters(in: .whitespaces) })
        witnesses = reader.string(forKey: "witnesses", default: "")
        timeStampURL = reader.string(forKey: "timeStampUrl", default: "")
        timeStampRoot = reader.string(forKey: "timeStampRoot", default: "")
        timeStampInterval = Seconds(reader.int(forKey: "timeStampSeconds", default: 600))
        host = reader.string(forKey: "host", default: "127.0.0.1")
        port = reader.int(forKey: "port", default: 8443)
        func number(_ name: String, _ present: Int) -> Int { reader.int(forKey: ConfigKey(name), default: present) }
        func seconds(_ name: String, _ present: TimeAmount) -> TimeAmount {
            .seconds(Int64(min(number("\(name)Seconds", Int(present.nanoseconds / 1_000_000_000)), 1 << 31)))
        }
        func megabytes(_ name: String, _ present: Int) -> Int {
            min(number("\(name)Megabytes", present >> 20), 1 << 40) << 20
        }
        func share(_ name: String, _ present: ShareLimits) -> ShareLimits {
            ShareLimits(
                requests: number("\(name)Requests", present.requests), bytes: megabytes(name, present.bytes))
        }
        func rate(_ name: String, _ present: RequestRate) -> RequestRate {
            RequestRate(
                burst: number("\(name)RequestsBurst", present.burst),
                perSecond: number("\(name)RequestsPerSecond", present.perSecond))
        }
        limits.handshake = seconds("handshake", limits.handshake)
        limits.head = seconds("head", limits.head)
        limits.body = seconds("body", limits.body)
        limits.idle = seconds("idle", limits.idle)
        limits.connections = number("connections", limits.connections)
        limits.strangers = number("strangers", limits.strangers)
        limits.strangersOfOneSource = number("strangersOfOneNetwork", limits.strangersOfOneSource)
        limits.connectionsOfOneKey = number("connectionsOfOneKey", limits.connectionsOfOneKey)
        limits.connectionsOfOneInstitution = number("connectionsOfOneInstitution", limits.connectionsOfOneInstitution)
        limits.agent = share("agent", limits.agent)
        limits.institution = share("institution", limits.institution)
        limits.strangersShare = share("strangers", limits.strangersShare)
        limits.networkShare = share("network", limits.networkShare)
        limits.logShare = share("log", limits.logShare)
        limits.logNetworkShare = share("logNetwork", limits.logNetworkShare)
        limits.all = share("all", limits.all)
        limits.agentUrgent = share("agentUrgent", limits.agentUrgent)
        limits.institutionUrgent = share("institutionUrgent", limits.institutionUrgent)
        limits.allUrgent = share("allUrgent", limits.allUrgent)
        limits.agentRate = rate("agent", limits.agentRate)
        limits.agentUrgentRate = rate("agentUrgent", limits.agentUrgentRate)
        limits.logRate = rate("log", limits.logRate)
        limits.logNetworkRate = rate("logNetwork", limits.logNetworkRate)
        let unopened = UnopenedLimits()
        self.unopened = UnopenedLimits(
            agent: megabytes("agentUnopened", unopened.agent),
            institution: megabytes("institutionUnopened", unopened.institution))
        quotas = Quotas.Limits { name, present in
            Quotas.Rate(
                burst: number("\(name)Burst", present.burst), perHour: number("\(name)PerHour", present.perHour))
        }
    }

    /// The settings in effect, one a line, for the log to say when they change; paths and addresses, no secrets. Where each of
    /// several nodes listens is not the relay's configuration.
    var text: String {
        let addresses = """
            host=\(host)
            port=\(port)
            log=\(logHost) \(logPort)
            operations=\(operationsHost) \(operationsPort)

            """
        return """
            store=\(store)
            \(store.isEmpty ? addresses : "")limits=\(limits.handshake) \(limits.head) \(limits.body) \(limits.idle) \(limits.connections)
            strangers=\(limits.strangers) \(limits.strangersOfOneSource), of one key and institution \(limits.connectionsOfOneKey) \(limits.connectionsOfOneInstitution)
            shares=\(limits.agent) \(limits.institution) \(limits.strangersShare) \(limits.networkShare) \(limits.all)
            urgent=\(limits.agentUrgent) \(limits.institutionUrgent) \(limits.allUrgent)
            rates=\(limits.agentRate) \(limits.agentUrgentRate)
            log=\(limits.logShare) \(limits.logNetworkShare) \(limits.logRate) \(limits.logNetworkRate)
            quotas=\(quotas)
            unopened=\(unopened)
            proxies=\(limits.proxies.sorted())
            witnesses=\(witnesses)
            time-stamps=\(timeStampURL) \(timeStampRoot) \(timeStampInterval)

            """
    }

    /// The line that says where the store is, in `file`.
    static func storeLine(_ location: StoreLocation) -> String {
        switch location {
        case .file: "#LIAISOND_STORE="
        case .database(let address): "LIAISOND_STORE=\(address.text)"
        }
    }

    static func file(host: String, port: Int, store: StoreLocation) -> String {
        """
        # liaisond: one setting a line; the same name in the environment wins.
        # The PostgreSQL database that holds the store, for a relay of several nodes; without it, a file in this directory.
        # The password belongs into ~/.pgpass or PGPASSWORD. liaisond migrate changes this line.
        \(storeLine(store))
        # Where the relay listens.
        LIAISOND_HOST=\(host)
        LIAISOND_PORT=\(port)
        # Seconds for a TLS handshake, a request's head, a request's body, and without any request.
        #LIAISOND_HANDSHAKE_SECONDS=10
        #LIAISOND_HEAD_SECONDS=60
        #LIAISOND_BODY_SECONDS=60
        #LIAISOND_IDLE_SECONDS=60
        # Bounds that no honest unit meets; whoever meets one is told to wait, and the others go on.
        # Connections at a time: of agents and registrars, of one institution's, of one of their keys, of everybody else, and
        # of everybody else from one network.
        #LIAISOND_CONNECTIONS=4096
        #LIAISOND_CONNECTIONS_OF_ONE_INSTITUTION=1024
        #LIAISOND_CONNECTIONS_OF_ONE_KEY=64
        #LIAISOND_STRANGERS=256
        #LIAISOND_STRANGERS_OF_ONE_NETWORK=32
        # Requests at a time, and MiB of their bodies and answers in memory: of one agent, of one institution, of all
        # strangers, of the strangers of one network, and of all. The last is most of the relay's memory.
        #LIAISOND_AGENT_REQUESTS=16
        #LIAISOND_AGENT_MEGABYTES=24
        #LIAISOND_INSTITUTION_REQUESTS=128
        #LIAISOND_INSTITUTION_MEGABYTES=96
        #LIAISOND_STRANGERS_REQUESTS=32
        #LIAISOND_STRANGERS_MEGABYTES=24
        #LIAISOND_NETWORK_REQUESTS=4
        #LIAISOND_NETWORK_MEGABYTES=8
        #LIAISOND_ALL_REQUESTS=1024
        #LIAISOND_ALL_MEGABYTES=192
        # The same, besides, for requests that say that they are urgent or immediate: to hand something in, or to ask for the
        # directory before it.
        #LIAISOND_AGENT_URGENT_REQUESTS=12
        #LIAISOND_AGENT_URGENT_MEGABYTES=20
        #LIAISOND_INSTITUTION_URGENT_REQUESTS=32
        #LIAISOND_INSTITUTION_URGENT_MEGABYTES=24
        #LIAISOND_ALL_URGENT_REQUESTS=128
        #LIAISOND_ALL_URGENT_MEGABYTES=96
        # Requests of one agent that are answered as fast as they come: at once, and in each second, urgent and immediate ones
        # apart from the others. Those beyond are answered five seconds later.
        #LIAISOND_AGENT_REQUESTS_BURST=2500
        #LIAISOND_AGENT_REQUESTS_PER_SECOND=333
        #LIAISOND_AGENT_URGENT_REQUESTS_BURST=500
        #LIAISOND_AGENT_URGENT_REQUESTS_PER_SECOND=333
        # The same of whoever reads the log on its own listener: requests at a time and MiB in memory of all and of one network,
        # and requests that are answered as fast as they come, of all and of one network.
        #LIAISOND_LOG_REQUESTS=256
        #LIAISOND_LOG_MEGABYTES=16
        #LIAISOND_LOG_NETWORK_REQUESTS=64
        #LIAISOND_LOG_NETWORK_MEGABYTES=8
        #LIAISOND_LOG_REQUESTS_BURST=1000
        #LIAISOND_LOG_REQUESTS_PER_SECOND=200
        #LIAISOND_LOG_NETWORK_REQUESTS_BURST=500
        #LIAISOND_LOG_NETWORK_REQUESTS_PER_SECOND=50
        # What may be added: at once, and in an hour. Submissions of one agent and of one institution, urgent and immediate
        # ones apart from the others; acts of one agent; MiB of contents of one agent; keys that one agent publishes; MiB of
        # rosters that one institution publishes, each counted as 256 KiB at least; its successions.
        #LIAISOND_AGENT_SUBMISSIONS_BURST=300
        #LIAISOND_AGENT_SUBMISSIONS_PER_HOUR=1200
        #LIAISOND_AGENT_URGENT_BURST=100
        #LIAISOND_AGENT_URGENT_PER_HOUR=600
        #LIAISOND_AGENT_ACTS_BURST=2000
        #LIAISOND_AGENT_ACTS_PER_HOUR=12000
        #LIAISOND_INSTITUTION_SUBMISSIONS_BURST=3000
        #LIAISOND_INSTITUTION_SUBMISSIONS_PER_HOUR=12000
        #LIAISOND_INSTITUTION_URGENT_BURST=1000
        #LIAISOND_INSTITUTION_URGENT_PER_HOUR=6000
        #LIAISOND_AGENT_CONTENT_MEGABYTES_BURST=4096
        #LIAISOND_AGENT_CONTENT_MEGABYTES_PER_HOUR=2048
        #LIAISOND_AGENT_KEYS_BURST=20
        #LIAISOND_AGENT_KEYS_PER_HOUR=1
        #LIAISOND_INSTITUTION_ROSTER_MEGABYTES_BURST=512
        #LIAISOND_INSTITUTION_ROSTER_MEGABYTES_PER_HOUR=32
        #LIAISOND_INSTITUTION_SUCCESSIONS_BURST=20
        #LIAISOND_INSTITUTION_SUCCESSIONS_PER_HOUR=1
        # MiB of contents that may lie unopened: of one agent and of one institution, each content counted once for each
        # recipient; a quarter more for what is urgent or immediate.
        #LIAISOND_AGENT_UNOPENED_MEGABYTES=16384
        #LIAISOND_INSTITUTION_UNOPENED_MEGABYTES=65536
        # The log (checkpoint, tiles, entries) for whoever connects, without client certificate; 0 for not.
        #LIAISOND_LOG_HOST=127.0.0.1
        #LIAISOND_LOG_PORT=0
        # Health, readiness and metrics, without TLS and for whoever connects: on the loopback interface, or on a private one
        # that a load balancer asks; 0 for not.
        #LIAISOND_OPERATIONS_HOST=127.0.0.1
        #LIAISOND_OPERATIONS_PORT=0
        # Addresses of load balancers that pass TLS through, with commas between them: each of their connections has to begin
        # with a PROXY header (version 2), which says where it comes from. Nobody else is believed.
        #LIAISOND_PROXIES=
        # Who vouches for the log: a policy file (c2sp.org/tlog-policy) whose witnesses have URLs.
        #LIAISOND_WITNESSES=/etc/liaisond/witnesses.policy
        # A time-stamp authority (RFC 3161), its root certificate, and seconds between two tokens.
        #LIAISOND_TIME_STAMP_URL=http://127.0.0.1:3161
        #LIAISOND_TIME_STAMP_ROOT=/etc/liaisond/time-stamp-root.pem
        #LIAISOND_TIME_STAMP_SECONDS=600

        """
    }
}
