"""What partners send: landed as sent, recognised by contract, recorded, checked."""

from safeground.engine.feeds.certificates import Certificate, certificate_name, get_certificates, make_certificate
from safeground.engine.feeds.checking.check import check_deliveries
from safeground.engine.feeds.checking.cross_checks import ExpectedPartners, check_workspace
from safeground.engine.feeds.checking.keeping import KeptRows, RowKeeper
from safeground.engine.feeds.checking.plain import DISTINCT, NUMBER, TEXT, codes_of_rows, is_plain, read_plain
from safeground.engine.feeds.checking.problem_summaries import ProblemSummary, summarise_problems
from safeground.engine.feeds.checking.reading import open_landed
from safeground.engine.feeds.checking.report import CheckReport, Problem, Severity, Verdict
from safeground.engine.feeds.checking.rules_codes import meaning_in_force
from safeground.engine.feeds.checking.rules_sql import moment
from safeground.engine.feeds.checking.store import (
    accepted_path,
    counts_path,
    get_check_report,
    kept_rows_path,
    open_quarantine,
    quarantine_path,
    remove_kept_rows,
)
from safeground.engine.feeds.deliveries import Archive, Delivery, get_deliveries, get_live_deliveries
from safeground.engine.feeds.fetching.fetch import FetchedFile, FetchReport, fetch_source
from safeground.engine.feeds.fetching.sources import load_fetch_sources
from safeground.engine.feeds.harm_weights import HarmWeights, HarmWeightsError, read_harm_weights
from safeground.engine.feeds.landing.landing import LandingReport, Refusal, land_files
from safeground.engine.feeds.reading.guards import ReadingLimits, Refused
from safeground.engine.feeds.retention import Retention, RetentionReport, find_due
from safeground.engine.feeds.returning.check_file import FileCheck, check_file
from safeground.engine.feeds.returning.scorecard import ScorecardRow, find_outside, supply_scorecard
from safeground.engine.feeds.returning.template_excel import write_template
from safeground.engine.feeds.sharing.agreements_report import AgreementsReport, review_agreements
from safeground.engine.feeds.sharing.encryption import make_at_rest_key
from safeground.engine.feeds.sharing.pseudonyms import KeyProblem, make_key

__all__ = [
    "DISTINCT",
    "NUMBER",
    "TEXT",
    "AgreementsReport",
    "Archive",
    "Certificate",
    "CheckReport",
    "Delivery",
    "ExpectedPartners",
    "FetchReport",
    "FetchedFile",
    "FileCheck",
    "HarmWeights",
    "HarmWeightsError",
    "KeptRows",
    "KeyProblem",
    "LandingReport",
    "Problem",
    "ProblemSummary",
    "ReadingLimits",
    "Refusal",
    "Refused",
    "Retention",
    "RetentionReport",
    "RowKeeper",
    "ScorecardRow",
    "Severity",
    "Verdict",
    "accepted_path",
    "certificate_name",
    "check_deliveries",
    "check_file",
    "check_workspace",
    "codes_of_rows",
    "counts_path",
    "fetch_source",
    "find_due",
    "find_outside",
    "get_certificates",
    "get_check_report",
    "get_deliveries",
    "get_live_deliveries",
    "is_plain",
    "kept_rows_path",
    "land_files",
    "load_fetch_sources",
    "make_at_rest_key",
    "make_certificate",
    "make_key",
    "meaning_in_force",
    "moment",
    "open_landed",
    "open_quarantine",
    "quarantine_path",
    "read_harm_weights",
    "read_plain",
    "remove_kept_rows",
    "review_agreements",
    "summarise_problems",
    "supply_scorecard",
    "write_template",
]
