const done = () => ({});

/** Adapters of every version of the seat saga. */
export const seatAdapters = { reserve: done, holdSeat: done, freeSeat: done };
