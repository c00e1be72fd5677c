// Selects all rows of a list, or none, and counts the selected rows, without loading the page again. While rows are
// selected, the bar with the buttons stays in view.

const form = document.getElementById("bulk");
if (form) {
  const boxes = [...document.querySelectorAll('input[form="bulk"]')];
  const all = form.querySelector("[data-all]");
  const status = form.querySelector("[role=status]");
  const show = () => {
    const number = boxes.filter((box) => box.checked).length;
    status.textContent = number ? `${number} ${number === 1 ? status.dataset.one : status.dataset.many} selected` : "";
    form.classList.toggle("calloff-bulk--selected", number > 0);
    all.textContent = number === boxes.length ? all.dataset.none : all.dataset.all;
  };
  all.addEventListener("click", (event) => {
    event.preventDefault();
    const ticked = boxes.some((box) => !box.checked);
    for (const box of boxes) box.checked = ticked;
    show();
  });
  for (const box of boxes) box.addEventListener("change", show);
  window.addEventListener("pageshow", show);
  show();
}
