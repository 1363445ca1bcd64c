namespace KernelGen.Generator.Emission.Training;

/// <summary>Writes the members with which the class of a model makes what trains it.</summary>
internal static class TrainerEmitter
{
    public static void Emit(SourceWriter writer)
    {
        writer.Write();
        writer.Write(
            $$"""
            /// <summary>Makes what trains the model: from random weights, or from those of a checkpoint that it then loads.</summary>
            /// <param name="options">How to train.</param>
            /// <returns>The trainer; dispose it to free its memory.</returns>
            /// <exception cref="global::System.ArgumentException">An option is out of range, or a pattern fits no name.</exception>
            /// <exception cref="global::System.PlatformNotSupportedException">The instruction set that the options, or else the environment, ask for is not available.</exception>
            {{ModelFile.Uncovered}}
            public static global::KernelGen.Training.Trainer CreateTrainer(global::KernelGen.Training.TrainingOptions options) =>
                global::KernelGen.Training.Trainer.Create(Description, options, CreateTrainingEngine);

            """);
        writer.Write();
        writer.Write(ModelFile.Uncovered);
        using (writer.Open(
            "private static global::KernelGen.Training.TrainingEngine CreateTrainingEngine(global::KernelGen.Training.TrainingParameters parameters, "
            + "global::KernelGen.Training.WorkerThreads workers,\n    global::KernelGen.InstructionSet instructionSet)"))
        {
            ModelEmitter.EmitChoice(writer, static (kernels, _) => $"global::KernelGen.Training.TrainingEngine.Create<{kernels}>(parameters, workers)");
        }
    }
}
