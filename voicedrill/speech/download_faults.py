"""What can go wrong with a download, in plain words and with what to do next."""

from __future__ import annotations

from urllib.parse import urlsplit, urlunsplit

import requests
import urllib3

from voicedrill.core.bilingual import Bilingual
from voicedrill.core.errors import ModelError

_ELSEWHERE = Bilingual(
    "请检查网络和代理（HTTPS_PROXY），或换镜像（--mirror）；也可在别的电脑上下载该文件，"
    "拷来后运行：voicedrill model install 文件.zip",
    "Check network and proxy (HTTPS_PROXY), or use a mirror (--mirror); or fetch the file on another computer, "
    "copy it here and run: voicedrill model install FILE.zip",
)

_REASONS = (
    (requests.exceptions.ProxyError, Bilingual("代理服务器连不上或拒绝", "the proxy cannot be reached or refuses")),
    ((requests.exceptions.Timeout, urllib3.exceptions.TimeoutError),
     Bilingual("连接超时", "the connection timed out")),
)
"""Failures that may pass, by type; the others are told apart by their text."""


class BrokenError(Exception):
    """One attempt came to nothing; the next may do better."""

    def __init__(self, reason: Bilingual) -> None:
        super().__init__(reason.en)
        self.reason = reason


def broken(zh: str, en: str) -> BrokenError:
    """A failure that may pass, with its reason."""
    return BrokenError(Bilingual(zh, en))


def refused(url: str, zh: str, en: str) -> ModelError:
    """A failure that trying again would not mend, or that was tried often enough."""
    url = public_url(url)
    return ModelError(f"无法下载 {url}：{zh}。{_ELSEWHERE.zh}", f"cannot fetch {url}: {en}. {_ELSEWHERE.en}")


def network_failure(url: str, error: Exception) -> BrokenError | ModelError:
    """What an exception of the network libraries means."""
    text = str(error).lower()
    if isinstance(error, requests.exceptions.SSLError) and "certificate" in text:
        return refused(url, "证书无效（请检查系统时间，或网络中的代理）",
                       "its certificate is not valid (check the clock, or a proxy in between)")
    if isinstance(error, requests.exceptions.TooManyRedirects):
        return refused(url, "重定向太多", "too many redirects")
    if isinstance(error, ValueError):  # bad address or host name, unknown scheme, SOCKS without its package
        return refused(url, f"网址或代理设置无效（{error}）", f"the address or the proxy is not valid ({error})")
    for kinds, reason in _REASONS:
        if isinstance(error, kinds):
            return BrokenError(reason)
    if "resolve" in text or "getaddrinfo" in text:
        return broken("找不到服务器（没有网络，或域名解析失败）", "the server's name is unknown (no network?)")
    return broken("连接被拒绝", "the connection was refused") if "refused" in text else connection_broke()


def connection_broke() -> BrokenError:
    """The connection ended before the file did."""
    return broken("连接中断", "the connection broke")


def status_failure(url: str, answer: requests.Response) -> BrokenError | ModelError:
    """What a status other than 200 and 206 means; 408, 425, 429 and 5xx may pass."""
    status = f"HTTP {answer.status_code} {answer.reason or ''}".strip()
    if answer.status_code in (408, 425, 429) or answer.status_code >= 500:
        return broken(f"服务器答复 {status}", f"the server answered {status}")
    if answer.status_code in (404, 410):
        return refused(url, f"服务器上没有这个文件（{status}）", f"there is no such file ({status})")
    return refused(url, f"服务器拒绝（{status}）", f"the server refused ({status})")


def checksum_error(source: str, expected: str, found: str) -> ModelError:
    """The error of a file with other bytes than published."""
    return ModelError(
        f"{source} 的校验和不符：应为 SHA-256 {expected}，实为 {found}；"
        "文件已损坏或不是官方文件，请重试，或换一个来源（--mirror、--url）。",
        f"the check sum of {source} is wrong: SHA-256 {expected} is expected, {found} was found; it is damaged or "
        "another file: try again, or get it from elsewhere (--mirror, --url).")


def public_url(url: str) -> str:
    """The address without a password that may stand in it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
