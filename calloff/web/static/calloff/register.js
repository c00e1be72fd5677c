// Select “Present” for each child of a session who has no mark, without loading the page again. Without script, the
// button loads the page with the same selection. Nothing is saved until someone presses “Save register”.

for (const button of document.querySelectorAll("button[name=all_present]")) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    for (const row of button.closest("details").querySelectorAll(".calloff-register__row")) {
      const present = row.querySelector("input[value=present]");
      const asked = row.querySelector("input[name^=found-]");
      if (present && !asked && !row.querySelector("input[name^=mark-]:checked")) present.checked = true;
    }
  });
}
