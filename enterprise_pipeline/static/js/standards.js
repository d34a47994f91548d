// Forms of local standards: the unit of a threshold follows the chosen fact, amounts are told in 元, rows are added.
// Everything here is a help only; the server reads what was typed and decides.
"use strict";

const UNIT_WORDS = { cny: "万元", share: "%", heads: "人", count: "项", points: "分", years: "年" };
const SIZES = { "": 10000, 元: 1, 千元: 1000, 万: 10000, 万元: 10000, 亿: 100000000, 亿元: 100000000 };

const unitOfName = (name) => {
  const option = [...document.querySelectorAll("datalist[id^=names-] option")].find((o) => o.value === name);
  return option?.dataset.unit;
};

const factInput = (form) =>
  ["a_fact", "a_facts-fact", "a_numerator"].map((name) => form.querySelector(`input[name="${name}"]`)).find((f) => f);

const tellYuan = (field, yuan) => {
  const match = /^([\d,.]+)([^\d.]*)$/.exec(field.value.normalize("NFKC").replace(/\s/g, ""));
  const size = match && SIZES[match[2]];
  const amount = match ? Number(match[1].replaceAll(",", "")) * size : NaN;
  return Number.isFinite(amount) ? `= ${amount.toLocaleString("zh-CN", { maximumFractionDigits: 2 })} ${yuan}` : "";
};

document.querySelectorAll("form[data-yuan]").forEach((form) => {
  const fact = factInput(form);
  const amounts = [...form.querySelectorAll('[data-cell^="amount"]')];
  const outputs = new Map();
  amounts.forEach((box) => {
    const output = document.createElement("output");
    output.className = "in-yuan";
    box.append(output);
    outputs.set(box, output);
  });
  const refresh = () => {
    const unit = (fact && unitOfName(fact.value)) ?? "cny";
    amounts.forEach((box) => {
      const word = box.querySelector(".field-unit");
      if (word) word.textContent = UNIT_WORDS[unit] ?? "";
      const field = box.querySelector("input");
      outputs.get(box).textContent = unit === "cny" ? tellYuan(field, form.dataset.yuan) : "";
    });
  };
  form.addEventListener("input", refresh);
  refresh();
});

document.querySelectorAll("[data-add-row]").forEach((button) => {
  button.hidden = false;
  button.addEventListener("click", () => {
    const rows = button.closest("[data-rows]").querySelectorAll("[data-row]");
    const added = rows[rows.length - 1].cloneNode(true);
    added.querySelectorAll("input").forEach((field) => {
      field.value = "";
      field.defaultValue = "";
    });
    rows[rows.length - 1].after(added);
    added.querySelector("input").focus();
  });
});
