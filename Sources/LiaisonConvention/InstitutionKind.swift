// SPDX-License-Identifier: EUPL-1.2
// SPDX-FileCopyrightText: 2026 The Liaison authors

public import LiaisonForms

/// The kinds of institutions (domain vocabulary), with their names.
public enum InstitutionKind {
    public static let all: [String: Label] = [
        "iscg_operator": Label(fr: "opérateur d'intervenants sociaux", en: "operator of social workers"),
        "national_police": Label(fr: "police nationale", en: "national police"),
        "gendarmerie": Label(fr: "gendarmerie", en: "gendarmerie"),
        "municipal_police": Label(fr: "police municipale", en: "municipal police"),
        "department": Label(fr: "Département", en: "département"),
        "ccas": Label(fr: "CCAS", en: "municipal social centre"),
        "caf": Label(fr: "CAF", en: "family-allowance fund"),
        "siao": Label(fr: "SIAO", en: "emergency housing watch"),
        "victim_support": Label(fr: "aide aux victimes", en: "victim support"),
        "hospital": Label(fr: "hôpital", en: "hospital"),
        "prosecution": Label(fr: "parquet", en: "prosecution"),
        "prefecture": Label(fr: "préfecture", en: "prefecture"),
        "funder": Label(fr: "financeur", en: "funder"),
        "municipality": Label(fr: "commune", en: "municipality"),
        "association": Label(fr: "association", en: "association"),
        "education": Label(fr: "éducation nationale", en: "schools"),
        "landlord": Label(fr: "bailleur", en: "landlord")
    ]

    static let police: Set<String> = ["national_police", "gendarmerie", "municipal_police"]
    /// Those that get numbers about the activity, never about persons.
    static let statistics: Set<String> = ["prefecture", "funder"]
    /// What the police may send a social worker: never a request for the content of a case (S1, S3, S4).
    static let fromPoliceToISCG: Set<String> = [
        "referral", "contact_request", "reminder", "reply", "correction", "consent_withdrawal", "misdirection_return",
        "activity_report"
    ]
}
