namespace LmModel.Training.Backpropagation;

/// <summary>Where the numbers of a step lie. Rows are columns of text, one after another.</summary>
internal unsafe struct CellStep
{
    /// <summary>B.</summary>
    public int Columns;

    /// <summary>H.</summary>
    public int Units;

    /// <summary>
    /// (B, G·H) in the products' format. In: W_ih x, and W_hh h for all cells but the GRU. Out: gates; then gradient.
    /// </summary>
    public void* Gates;

    /// <summary>(B, 3H) in the products' format, of a GRU: W_hh h; back, its gradient.</summary>
    public void* Recurrent;

    /// <summary>(G·H): b_ih; for all cells but the GRU b_ih + b_hh.</summary>
    public float* Bias;

    /// <summary>(3H) of a GRU: b_hh.</summary>
    public float* RecurrentBias;

    /// <summary>(B, H) in the products' format: the state that the step begins with.</summary>
    public void* Before;

    /// <summary>(B, H) in the products' format: receives h.</summary>
    public void* After;

    /// <summary>(B, H) fp32: h before and after, the same place; only forward, only a GRU reads it.</summary>
    public float* State;

    /// <summary>(B, H) fp32 of an LSTM: c before.</summary>
    public float* CellBefore;

    /// <summary>(B, H) fp32 of an LSTM: c after.</summary>
    public float* CellAfter;

    /// <summary>
    /// (B, H) in the products' format: ∂L/∂h from above and, but for a GRU's direct path, from the step after.
    /// </summary>
    public void* Gradient;

    /// <summary>
    /// (B, H) fp32, carried from step to step backwards: an LSTM's ∂L/∂c, a GRU's direct path of ∂L/∂h.
    /// </summary>
    public float* Carried;
}
