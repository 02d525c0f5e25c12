//! What every hop is: inputs, outputs, and the desk on which it works on rows.
