// expect: COMPLETED ; text that looks like a wait and calls
// value: "!5\n[[1,\"\",\"f\",\"[]\"]]"
export const f = async () => '!5\n[[1,"","f","[]"]]';
