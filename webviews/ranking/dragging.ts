/** Dragging responses by the mouse to a rank; the keys do the same. */
export interface Dragging {
  /** An element by which a response is dragged while it is `draggable`. */
  source(element: HTMLElement, response: string): void;
  /** An element onto which responses are dropped. */
  target(element: HTMLElement, onDrop: (response: string) => void): void;
}

/** Its own type, so that a letter dropped on another editor writes nothing there. */
const dragType = "application/x-rlhf-response";

export function createDragging(): Dragging {
  let dragged: string | null = null;
  return {
    source: (element, response) => {
      element.addEventListener("dragstart", (event) => {
        dragged = response;
        event.dataTransfer?.setData(dragType, response);
        if (event.dataTransfer) event.dataTransfer.effectAllowed = "move";
        document.body.classList.add("dragging");
      });
      element.addEventListener("dragend", () => {
        dragged = null;
        document.body.classList.remove("dragging");
      });
    },
    target: (element, onDrop) => {
      element.addEventListener("dragover", (event) => {
        if (dragged === null) return;
        event.preventDefault();
        element.classList.add("over");
      });
      element.addEventListener("dragleave", (event) => {
        if (!(event.relatedTarget instanceof Node && element.contains(event.relatedTarget)))
          element.classList.remove("over");
      });
      element.addEventListener("drop", (event) => {
        element.classList.remove("over");
        if (dragged === null) return;
        event.preventDefault();
        onDrop(dragged);
        dragged = null;
      });
    },
  };
}
