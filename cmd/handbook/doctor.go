package main

import (
	"errors"

	"github.com/spf13/cobra"

	"handbook/cmd/handbook/doctor"
	"handbook/cmd/handbook/labs"
)

func newDoctor(open labs.Opener) *cobra.Command {
	d := doctor.Doctor{Open: open}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Tell whether this computer can verify labs, and if not, why",
		Long: `doctor tries everything that a lab needs, up to a container on a machine, and says
what to do about whatever is missing. Exit status 4 means that labs can't be
verified here.`,
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			d.Out, d.Log = cmd.OutOrStdout(), cmd.ErrOrStderr()
			err := d.Run(cmd.Context())
			if errors.Is(err, doctor.ErrUnfit) {
				return withStatus(noMachine, err)
			}
			return err
		},
	}
	cmd.Flags().StringVar(&d.Engine, "engine", "", engineUsage)
	cmd.Flags().BoolVar(&d.Strangers, "strangers", false, "try the machines that verify --strangers runs labs on")
	return cmd
}
