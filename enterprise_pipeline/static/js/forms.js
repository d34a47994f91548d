// Sheets of figures: what a typed amount is in 元, both units without loss, and cards that open when led to.
// Everything here is a help only: the server reads amounts by the same rules and decides.
"use strict";

const UNITS = { "": 0n, 元: 1n, 千元: 1000n, 万: 10000n, 万元: 10000n, 亿: 100000000n, 亿元: 100000000n };
const UNIT_SIZES = { wan: 10000n, yuan: 1n };

// Exact, because amounts are whole 分 in a BigInt; null is blank, undefined cannot be read.
const readFen = (text, unit) => {
  const plain = text.normalize("NFKC").replace(/\s/g, "").replace(/[−–]/g, "-").replace(/^¥/, "");
  if (plain === "") return null;
  if (plain.includes(",") && !/^[+-]?\d{1,3}(,\d{3})+(\.\d*)?[^\d.,]*$/.test(plain)) return undefined;
  const match = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)([^\d.]*)$/.exec(plain.replaceAll(",", ""));
  if (match === null || !(match[3] in UNITS)) return undefined;
  const [whole, rest = ""] = match[2].split(".");
  const scaled = BigInt(whole + rest) * (UNITS[match[3]] || UNIT_SIZES[unit]) * 100n;
  const divisor = 10n ** BigInt(rest.length);
  if (scaled % divisor !== 0n) return undefined;
  return (match[1] === "-" ? -1n : 1n) * (scaled / divisor);
};

const writeFen = (fen, unit) => {
  const divisor = UNIT_SIZES[unit] * 100n;
  const size = fen < 0n ? -fen : fen;
  const digits = String(divisor).length - 1;
  const rest = String(size % divisor).padStart(digits, "0").replace(/0+$/, "");
  return `${fen < 0n ? "-" : ""}${size / divisor}${rest === "" ? "" : `.${rest}`}`;
};

const inYuan = (fen) => {
  const size = fen < 0n ? -fen : fen;
  const whole = String(size / 100n).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${fen < 0n ? "−" : ""}${whole}.${String(size % 100n).padStart(2, "0")}`;
};

document.querySelectorAll("[data-unit-switch]").forEach((unitSwitch) => {
  const form = unitSwitch.closest("form");
  const hidden = form.elements.namedItem("unit");
  const fields = [...form.querySelectorAll("[data-money]")];

  // Where somebody only wants to see that a unit was understood, 分 that are none would be in the way.
  const { reads = "=" } = unitSwitch.dataset;
  const written = (fen) => (reads === "=" ? inYuan(fen) : inYuan(fen).replace(/\.00$/, ""));
  const tell = (field) => {
    const output = field.parentElement.nextElementSibling;
    const fen = readFen(field.value, hidden.value);
    output.classList.toggle("is-wrong", fen === undefined);
    output.textContent = fen === null ? "" : fen === undefined ? unitSwitch.dataset.wrong : `${reads} ${written(fen)} ${unitSwitch.dataset.yuan}`;
  };

  fields.forEach((field) => {
    const output = document.createElement("output");
    output.className = "in-yuan";
    output.htmlFor.add(field.id);
    field.parentElement.after(output);
    field.addEventListener("input", () => tell(field));
    tell(field);
  });

  unitSwitch.addEventListener("click", (event) => {
    const link = event.target.closest("[data-unit]");
    if (link === null) return;
    event.preventDefault();
    const unit = link.dataset.unit;
    fields.forEach((field) => {
      for (const property of ["defaultValue", "value"]) {
        const fen = readFen(field[property], hidden.value);
        if (fen !== null && fen !== undefined) field[property] = writeFen(fen, unit);
      }
    });
    form.querySelectorAll("[data-money] ~ .field-unit, .years-unit").forEach((word) => {
      word.textContent = link.textContent.trim();
    });
    hidden.value = unit;
    unitSwitch.querySelectorAll("[data-unit]").forEach((other) => {
      other.classList.toggle("is-on", other === link);
      if (other === link) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    });
    fields.forEach(tell);
  });
});

// --- a link to a closed card opens it; a printed page shows every card ----------------------------

const openTarget = () => {
  const target = document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
  for (let card = target?.closest("details"); card; card = card.parentElement.closest("details")) card.open = true;
  if (target?.matches("[id^=ask-]")) target.querySelector("input:not([type=hidden]), select, a")?.focus();
};
window.addEventListener("hashchange", openTarget);
openTarget();

window.addEventListener("beforeprint", () => {
  document.querySelectorAll("details.tier-card").forEach((card) => {
    card.dataset.wasOpen = String(card.open);
    card.open = true;
  });
});
window.addEventListener("afterprint", () => {
  document.querySelectorAll("details.tier-card").forEach((card) => {
    card.open = card.dataset.wasOpen === "true";
  });
});

document.querySelectorAll("[data-print]").forEach((button) => button.addEventListener("click", () => window.print()));
