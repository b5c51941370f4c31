namespace LmModel.Training.Backpropagation;

/// <summary>Pointers to the data of a step. Each row is one column of text.</summary>
internal unsafe struct CellStep
{
    /// <summary>B.</summary>
    public int Columns;

    /// <summary>H.</summary>
    public int Units;

    /// <summary>
    /// (B, G·H) in the products' format. Input: W_ih x, plus W_hh h except for a GRU. Output: the gates. The backward
    /// pass replaces them with their gradient.
    /// </summary>
    public void* Gates;

    /// <summary>(B, 3H) in the products' format, GRU only: W_hh h. The backward pass replaces it with its
    /// gradient.</summary>
    public void* Recurrent;

    /// <summary>(G·H): b_ih + b_hh; for a GRU only b_ih.</summary>
    public float* Bias;

    /// <summary>(3H), GRU only: b_hh.</summary>
    public float* RecurrentBias;

    /// <summary>(B, H) in the products' format: the state at the beginning of the step.</summary>
    public void* Before;

    /// <summary>(B, H) in the products' format: receives h.</summary>
    public void* After;

    /// <summary>(B, H) fp32: h before the step, overwritten with h after it; used only in the forward pass, and read
    /// only by a GRU.</summary>
    public float* State;

    /// <summary>(B, H) fp32, LSTM only: c before the step.</summary>
    public float* CellBefore;

    /// <summary>(B, H) fp32, LSTM only: c after the step.</summary>
    public float* CellAfter;

    /// <summary>
    /// (B, H) in the products' format: ∂L/∂h from the layer above and, except for a GRU's direct path, from the next
    /// step.
    /// </summary>
    public void* Gradient;

    /// <summary>
    /// (B, H) fp32, carried backwards from step to step: ∂L/∂c of an LSTM, the direct path of ∂L/∂h of a GRU.
    /// </summary>
    public float* Carried;
}
